using System.Data.Common;

namespace Sluice.Silo.Storage.Sqlite;

/// <summary>Work for a thread that owns a session, and the promise of its answer.</summary>
internal abstract class SqliteOperation
{
    /// <summary>Nobody waits any more; work that has not begun need not begin.</summary>
    public abstract bool IsAbandoned { get; }

    /// <summary>Does the work and keeps the answer back.</summary>
    public abstract void Run(SqliteSession session);

    /// <summary>Gives the answer out, once it is durable. Nothing when the operation has failed already.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
internal sealed class SqliteOperation<T>(IReadOnlyList<Statement> statements, Func<DbDataReader, T> row)
    : SqliteOperation
{
    // The caller goes on in a thread of its own, never in the writer's.
    private readonly TaskCompletionSource<List<T>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<T> _rows = [];
    private volatile bool _abandoned;

    public override bool IsAbandoned => _abandoned;

    /// <summary>The answer; an exception when it takes longer than <paramref name="timeout"/>.</summary>
    public async Task<List<T>> AnswerAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await _answer.Task.WaitAsync(timeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _abandoned = true;
            throw;
        }
    }

    public override void Run(SqliteSession session) => _rows = session.Run(statements, row);

    public override void Complete() => _answer.TrySetResult(_rows);

    public override void Fail(Exception exception) => _answer.TrySetException(exception);
}
