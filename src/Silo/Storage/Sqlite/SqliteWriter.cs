namespace Sluice.Silo.Storage.Sqlite;

/// <summary>
/// The one thread that writes. What has queued while the last commit was on its way to the disk goes into the next
/// one together: many operations, one fsync. Each operation is atomic by itself, in a savepoint.
/// </summary>
internal sealed class SqliteWriter : SqliteThreads
{
    /// <summary>Bounds how long the first of a group waits for the last.</summary>
    private const int GroupMax = 512;

    private long _commits;
    private long _operations;

    /// <param name="session">The writer's from here on.</param>
    public SqliteWriter(SqliteSession session) => Start("sqlite writer", session);

    /// <summary>Groups committed so far.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Operations in those groups.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    protected override void Serve(SqliteOperation first, SqliteSession session)
    {
        var group = new List<SqliteOperation> { first };
        while (group.Count < GroupMax && TryTake(out var next))
        {
            group.Add(next);
        }

        group.RemoveAll(operation => operation.IsAbandoned);
        if (group.Count > 0)
        {
            Commit(group, session);
        }
    }

    private void Commit(List<SqliteOperation> group, SqliteSession session)
    {
        try
        {
            session.Execute("BEGIN IMMEDIATE");
            foreach (var operation in group)
            {
                RunAlone(operation, session);
            }

            session.Execute("COMMIT");
        }
        catch (Exception exception)
        {
            RollBack(session);
            group.ForEach(operation => operation.Fail(exception));
            return;
        }

        Interlocked.Increment(ref _commits);
        Interlocked.Add(ref _operations, group.Count);
        group.ForEach(operation => operation.Complete());
    }

    /// <summary>An operation that fails takes its own changes back and nobody else's.</summary>
    private static void RunAlone(SqliteOperation operation, SqliteSession session)
    {
        session.Execute("SAVEPOINT operation");
        try
        {
            operation.Run(session);
        }
        catch (Exception exception)
        {
            if (!session.InTransaction)
            {
                throw; // SQLite has rolled the whole group back: nothing of it happened.
            }

            session.Execute("ROLLBACK TO operation");
            operation.Fail(exception);
        }

        session.Execute("RELEASE operation");
    }

    private static void RollBack(SqliteSession session)
    {
        try
        {
            if (session.InTransaction)
            {
                session.Execute("ROLLBACK");
            }
        }
        catch (Exception)
        {
            // The next group's BEGIN fails as this did, and says so to its callers.
        }
    }
}
