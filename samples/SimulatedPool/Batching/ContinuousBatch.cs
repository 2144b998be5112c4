using Sluice.SimulatedPool.Metrics;

namespace Sluice.SimulatedPool.Batching;

/// <summary>
/// The places of the batch and the queue before it. A sequence joins as soon as a place is free and leaves as soon as
/// it is done; nobody waits for the rest of the batch. Who came first is served first.
/// </summary>
internal sealed class ContinuousBatch
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Sequence> _waiting = [];
    private readonly int _batchSize;
    private readonly int _queueLength;
    private readonly StepLoop? _steps;
    private int _running;

    /// <param name="options">Checked options.</param>
    /// <param name="time">The clock of all delays.</param>
    /// <param name="metrics">Told of every change.</param>
    /// <param name="stopping">Ends the step loop.</param>
    public ContinuousBatch(
        SimulatedPoolOptions options, TimeProvider time, PoolMetrics metrics, CancellationToken stopping)
    {
        _batchSize = options.BatchSize;
        _queueLength = options.QueueLength;
        Time = time;
        Metrics = metrics;
        Timing = new BatchTiming(options);
        _steps = Timing.IsInstant ? null : new StepLoop(Timing, time, stopping);
    }

    public TimeProvider Time { get; }

    public PoolMetrics Metrics { get; }

    public BatchTiming Timing { get; }

    /// <summary>Takes a place, after waiting for one if need be. Null: the queue is full, nothing was taken.</summary>
    /// <param name="size">How much work it is.</param>
    /// <param name="arrived">Timestamp of the request's arrival.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    public ValueTask<Sequence?> EnterAsync(SequenceSize size, long arrived, CancellationToken cancellationToken)
    {
        var sequence = new Sequence(this, size, arrived);
        lock (_gate)
        {
            if (_running == _batchSize)
            {
                return Enqueue(sequence, cancellationToken);
            }

            _running++; // A free place means an empty queue, because Leave hands places on.
            sequence.HoldsPlace = true;
            Metrics.SequenceStarted(size, _running);
        }

        _steps?.Add(sequence);
        return ValueTask.FromResult<Sequence?>(sequence);
    }

    /// <summary>Gives the sequence's place to the next in the queue. Does nothing if it holds none.</summary>
    public void Leave(Sequence sequence)
    {
        Sequence? next;
        lock (_gate)
        {
            if (!sequence.HoldsPlace)
            {
                return;
            }

            sequence.HoldsPlace = false;
            _running--;
            Metrics.SequenceEnded(sequence.Size, _running);
            next = Dequeue();
        }

        _steps?.Remove(sequence);
        if (next is not null)
        {
            _steps?.Add(next);
            next.Admitted!.SetResult();
        }
    }

    private ValueTask<Sequence?> Enqueue(Sequence sequence, CancellationToken cancellationToken)
    {
        if (_waiting.Count >= _queueLength)
        {
            return ValueTask.FromResult<Sequence?>(null);
        }

        sequence.Admitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var place = _waiting.AddLast(sequence);
        Metrics.WaitingChanged(_waiting.Count);
        return WaitAsync(place, cancellationToken);
    }

    private Sequence? Dequeue()
    {
        if (_waiting.First is not { } first)
        {
            return null;
        }

        _waiting.Remove(first);
        _running++;
        first.Value.HoldsPlace = true;
        Metrics.WaitingChanged(_waiting.Count);
        Metrics.SequenceStarted(first.Value.Size, _running);
        return first.Value;
    }

    private async ValueTask<Sequence?> WaitAsync(LinkedListNode<Sequence> place, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(() => GiveUp(place, cancellationToken));
        await place.Value.Admitted!.Task;
        return place.Value;
    }

    private void GiveUp(LinkedListNode<Sequence> place, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (place.List is null)
            {
                return; // It has its place by now; its caller will dispose of it.
            }

            _waiting.Remove(place);
            Metrics.WaitingChanged(_waiting.Count);
        }

        place.Value.Admitted!.TrySetCanceled(cancellationToken);
    }
}
