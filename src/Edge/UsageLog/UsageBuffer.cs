using Microsoft.Extensions.Options;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Sessions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Rules.Usage;

namespace Sluice.Edge.UsageLog;

/// <summary>
/// The events of ended calls that the usage log has not acknowledged. Adding one is all that a call ever pays.
/// </summary>
internal sealed class UsageBuffer(
    EdgeSession session, LiveCalls live, UsageMetrics metrics, IOptions<EdgeOptions> options, TimeProvider time)
{
    /// <summary>Events of a batch at most.</summary>
    public const int BatchMax = 500;

    private readonly Lock _lock = new();
    private readonly UsageOutbox<UsageEvent> _outbox = new(options.Value.UsageEventsMax, BatchMax);
    private volatile bool _isFull;

    /// <summary>Completed when a whole batch waits, or when nothing does; told to one who waits.</summary>
    private volatile TaskCompletionSource _batchWaits = NewSignal();

    /// <summary>The newest sequence of this edge's session; 0 for none.</summary>
    public long LastSequence => session.LastSequence;

    /// <summary>The batch with the call that has ended last, at the latest; 0 before the first call.</summary>
    public long LastBatch
    {
        get
        {
            lock (_lock)
            {
                return _outbox.LastParcel;
            }
        }
    }

    /// <summary>Events that are not acknowledged; 0 or more.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _outbox.Count;
            }
        }
    }

    /// <summary>
    /// True: the call was admitted, and may not begin, because its plan wants every call logged and there is no room. A
    /// call of which nobody knows the plan is treated so too.
    /// </summary>
    public bool MustRefuse(in AdmitReply decision) => _isFull && decision.Usage is not { Metered: false };

    /// <summary>A call was refused so.</summary>
    public void Refused() => metrics.Refused();

    /// <summary>A call has ended, by now with all that it used. One that was never asked for is not logged.</summary>
    public void Add(ModelCall call)
    {
        if (_isFull && !call.Dispatched)
        {
            return; // It is charged nothing, and takes nobody's room.
        }

        if (call is { IsAsked: true } or { SpentOf: not null } or { IsDegraded: true })
        {
            call.LogBatch = Add(
                UsageEvents.Of(call, time.GetUtcNow()), call.Decision?.Usage is not { Metered: false });
        }
    }

    /// <summary>A chunk could not be given back.</summary>
    public void Add(string clientId, ReturnedChunk chunk) =>
        Add(UsageEvents.OfChunk(clientId, chunk, time.GetUtcNow()), mustKeep: true);

    /// <summary>The batch under way, or the next one.</summary>
    public UsageBatch Next(bool isLast)
    {
        // In this order: what is not live any more by now has its event in the outbox.
        var lastSequence = session.LastSequence;
        var completeThrough = Math.Min(lastSequence, live.OldestSequence - 1);
        lock (_lock)
        {
            var parcel = _outbox.Next(completeThrough, lastSequence);
            return new UsageBatch
            {
                EdgeSession = session.Session,
                Number = parcel.Number,
                Events = [.. parcel.Items],
                CompleteThrough = parcel.CompleteThrough,
                LastSequence = parcel.LastSequence,
                IsLast = isLast && parcel.Items.Count == _outbox.Count && parcel.CompleteThrough >= lastSequence,
                Dropped = parcel.Dropped,
            };
        }
    }

    /// <summary>The batch is stored.</summary>
    /// <returns>How many events are left.</returns>
    public int Acknowledged(long number)
    {
        lock (_lock)
        {
            _outbox.Acknowledged(number);
            _isFull = _outbox.IsFull;
            if (_outbox.Count < BatchMax && _batchWaits.Task.IsCompleted)
            {
                _batchWaits = NewSignal();
            }

            return _outbox.Count;
        }
    }

    /// <summary>Until a whole batch waits, or this time is over.</summary>
    public async Task WaitAsync(TimeSpan most, CancellationToken cancellationToken) =>
        await _batchWaits.Task.WaitAsync(most, time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <returns>The batch that it will be in, at the latest; -1: it is not kept.</returns>
    private long Add(UsageEvent one, bool mustKeep)
    {
        bool kept;
        long batch;
        lock (_lock)
        {
            kept = _outbox.TryAdd(one, mustKeep);
            batch = kept ? _outbox.LastParcel : -1;
            _isFull = _outbox.IsFull;
            if (_outbox.Count >= BatchMax)
            {
                _batchWaits.TrySetResult();
            }
        }

        metrics.Added(kept);
        return batch;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
