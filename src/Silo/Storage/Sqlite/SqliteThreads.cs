using System.Collections.Concurrent;

namespace Sluice.Silo.Storage.Sqlite;

/// <summary>
/// Threads that each own a session and take operations from one bounded queue. SQLite's calls block; here they block
/// threads that have nothing else to do.
/// </summary>
internal abstract class SqliteThreads : IDisposable
{
    private const int QueueMax = 10_000;

    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private readonly BlockingCollection<SqliteOperation> _queue = new(QueueMax);
    private readonly List<Thread> _threads = [];

    /// <exception cref="InvalidOperationException">The queue is full, or the database is being closed.</exception>
    public void Add(SqliteOperation operation)
    {
        if (!_queue.TryAdd(operation))
        {
            throw new InvalidOperationException($"SQLite is behind: {QueueMax} operations wait already.");
        }
    }

    /// <summary>Ends what is queued, then the threads and their sessions.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join(EndTimeout);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a thread. The session is the thread's from here on.</summary>
    protected void Start(string name, SqliteSession session)
    {
        var thread = new Thread(() => Work(session)) { Name = name, IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>Deals with an operation, and with as many more from the queue as it likes. Never throws.</summary>
    protected abstract void Serve(SqliteOperation first, SqliteSession session);

    /// <summary>One more operation, if one waits.</summary>
    protected bool TryTake(out SqliteOperation operation) => _queue.TryTake(out operation!);

    private void Work(SqliteSession session)
    {
        using (session)
        {
            foreach (var operation in _queue.GetConsumingEnumerable())
            {
                Serve(operation, session);
            }
        }
    }
}
