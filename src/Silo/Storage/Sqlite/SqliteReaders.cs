using Microsoft.Data.Sqlite;

namespace Sluice.Silo.Storage.Sqlite;

/// <summary>Reads beside the writer: in WAL mode a reader sees the last commit and waits for nobody.</summary>
internal sealed class SqliteReaders : SqliteThreads
{
    /// <summary>Two, so that one long list does not hold up the next grain.</summary>
    private const int Threads = 2;

    public SqliteReaders(string file, TimeSpan busyTimeout)
    {
        for (var i = 1; i <= Threads; i++)
        {
            Start($"sqlite reader {i}", SqliteSession.Open(file, SqliteOpenMode.ReadOnly, busyTimeout));
        }
    }

    protected override void Serve(SqliteOperation first, SqliteSession session)
    {
        if (first.IsAbandoned)
        {
            return;
        }

        try
        {
            first.Run(session);
            first.Complete();
        }
        catch (Exception exception)
        {
            first.Fail(exception);
        }
    }
}
