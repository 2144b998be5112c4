using System.Threading.Channels;

namespace Sluice.Silo.Storage.Ledger;

/// <summary>
/// Group commit: writes what has queued while the last write ran. A lone call is written at once; there is no timer.
/// </summary>
/// <typeparam name="TCall">What is written.</typeparam>
/// <typeparam name="TAnswer">What each call is answered.</typeparam>
internal sealed class GroupWriter<TCall, TAnswer> : IAsyncDisposable
{
    /// <summary>Bounds the statement.</summary>
    private const int GroupMax = 1000;

    /// <summary>Bounds the memory while the database hangs.</summary>
    private const int QueueMax = 50_000;

    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(QueueMax) { SingleReader = true });

    private readonly Queue<Waiting> _heldOver = new();
    private readonly Func<IReadOnlyList<TCall>, Task<IReadOnlyList<TAnswer>>> _write;
    private readonly Func<TCall, string> _keyOf;
    private readonly Func<Exception, bool> _isRefusalOfOneCall;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly Task _writing;
    private long _groups;

    /// <param name="write">Writes a group, all or nothing, and answers in its order. Ends in bounded time.</param>
    /// <param name="keyOf">Calls with one key are never in one group, and are written in the order they came.</param>
    /// <param name="isRefusalOfOneCall">
    /// Whether a failed write has changed nothing and may succeed for the calls one by one.
    /// </param>
    /// <param name="timeout">How long a call waits for its answer.</param>
    /// <param name="time">Measures that.</param>
    public GroupWriter(
        Func<IReadOnlyList<TCall>, Task<IReadOnlyList<TAnswer>>> write,
        Func<TCall, string> keyOf,
        Func<Exception, bool> isRefusalOfOneCall,
        TimeSpan timeout,
        TimeProvider time)
    {
        _write = write;
        _keyOf = keyOf;
        _isRefusalOfOneCall = isRefusalOfOneCall;
        _timeout = timeout;
        _time = time;
        _writing = Task.Run(WriteAllAsync); // In no grain's turn, whoever calls first.
    }

    /// <summary>Groups written so far.</summary>
    public long Groups => Interlocked.Read(ref _groups);

    /// <exception cref="TimeoutException">No answer in time; the call may be written all the same.</exception>
    /// <exception cref="InvalidOperationException">Too many calls wait, or the writer is closed.</exception>
    public async Task<TAnswer> WriteAsync(TCall call, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(call);
        if (!_queue.Writer.TryWrite(waiting))
        {
            throw new InvalidOperationException($"The database is behind: {QueueMax} writes wait already.");
        }

        try
        {
            return await waiting.Answer.Task.WaitAsync(_timeout, _time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            waiting.IsAbandoned = true;
            throw;
        }
    }

    /// <summary>Writes what is queued, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAllAsync()
    {
        while (_heldOver.Count > 0 || await _queue.Reader.WaitToReadAsync())
        {
            var group = NextGroup();
            if (group.Count > 0)
            {
                await WriteGroupAsync(group);
            }
        }
    }

    private List<Waiting> NextGroup()
    {
        var group = new List<Waiting>();
        var keys = new HashSet<string>();
        for (var held = _heldOver.Count; held > 0; held--)
        {
            Take(_heldOver.Dequeue());
        }

        while (group.Count < GroupMax && _heldOver.Count < GroupMax && _queue.Reader.TryRead(out var waiting))
        {
            Take(waiting);
        }

        return group;

        void Take(Waiting waiting)
        {
            if (waiting.IsAbandoned)
            {
                return;
            }

            if (keys.Add(_keyOf(waiting.Call)))
            {
                group.Add(waiting);
            }
            else
            {
                _heldOver.Enqueue(waiting);
            }
        }
    }

    private async Task WriteGroupAsync(List<Waiting> group)
    {
        try
        {
            Interlocked.Increment(ref _groups);
            var answers = await _write([.. group.Select(waiting => waiting.Call)]);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Answer.TrySetResult(answers[i]);
            }
        }
        catch (Exception exception) when (group.Count > 1 && _isRefusalOfOneCall(exception))
        {
            foreach (var waiting in group)
            {
                await WriteGroupAsync([waiting]);
            }
        }
        catch (Exception exception)
        {
            group.ForEach(waiting => waiting.Answer.TrySetException(exception));
        }
    }

    private sealed class Waiting(TCall call)
    {
        private volatile bool _abandoned;

        public TCall Call { get; } = call;

        // The caller goes on in a thread of its own, never in the writer's.
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Nobody waits any more; a call that is not on its way yet stays here.</summary>
        public bool IsAbandoned { get => _abandoned; set => _abandoned = value; }
    }
}
