using Sluice.Actors.Calls;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Activations;

/// <summary>What became of a call that was brought to an activation.</summary>
internal enum Enqueued
{
    Accepted,

    /// <summary>The activation has ended; the catalog has its successor, or makes one.</summary>
    Dead,

    /// <summary>As many wait as may.</summary>
    Full,

    /// <summary>As many from other processes wait, here or in total, as may.</summary>
    Crowded,

    /// <summary>It would wait behind a running request, and its caller is a grain: ask the wait graph first.</summary>
    WouldWait,
}

/// <summary>The mailbox: who waits, who runs, and one turn at a time.</summary>
internal sealed partial class Activation : IThreadPoolWorkItem
{
    /// <summary>
    /// Turns before an activation goes to the back of the line. At about a microsecond a turn it holds a thread for a
    /// tenth of a millisecond, and going back costs a hundredth of that.
    /// </summary>
    private const int TurnQuantum = 100;

    /// <summary>Turns on the thread of a caller: its own, and a look whether there are more.</summary>
    private const int CallerQuantum = 2;

    private readonly Queue<PostedTurn> _posted = new();
    private WorkList _waiting;
    private WorkList _running;
    private int _waitingAlways;
    private int _waitingReadOnly;
    private int _waitingRemote;
    private int _runningExclusive;
    private int _runningReadOnly;
    private long _nextDeadline = long.MaxValue;
    private bool _scheduled;
    private bool _watched;

    private readonly record struct PostedTurn(TurnContext Context, SendOrPostCallback Callback, object? State);

    internal Enqueued TryEnqueue(GrainCall call, bool checkedForDeadlock)
    {
        bool schedule;
        lock (_lock)
        {
            if (_state is ActivationState.Dead)
            {
                return Enqueued.Dead;
            }

            if (!checkedForDeadlock && call.Caller is not null && MustWaitForRunning(call))
            {
                return Enqueued.WouldWait;
            }

            if (_waiting.Count >= Host.Options.MaxWaitingPerActivation)
            {
                return Enqueued.Full;
            }

            if (call.Received && !Host.RemoteWaiting.TryAdd(_waitingRemote))
            {
                return Enqueued.Crowded;
            }

            schedule = Append(call);
        }

        if (schedule && !TryRunOnCaller(call))
        {
            Host.Scheduler.Schedule(this);
        }

        return Enqueued.Accepted;
    }

    private bool TryRunOnCaller(GrainCall call) =>
        call is { Received: false, CallerActivation: null } && Host.Scheduler.MayRunOnCaller
        && CallerTurns.TryRun(this, static me => me.Run(CallerQuantum));

    /// <summary>A timer's tick: it waits its turn, but no bound holds it off.</summary>
    internal void EnqueueTick(WorkItem tick)
    {
        var schedule = false;
        lock (_lock)
        {
            if (_state is not ActivationState.Dead)
            {
                schedule = Append(tick);
            }
        }

        if (schedule)
        {
            Host.Scheduler.Schedule(this);
        }
    }

    /// <summary>Code of the grain goes on after an await. Runs even when the activation has ended.</summary>
    internal void Post(TurnContext context, SendOrPostCallback callback, object? state)
    {
        bool schedule;
        lock (_lock)
        {
            _posted.Enqueue(new PostedTurn(context, callback, state));
            schedule = !_scheduled;
            _scheduled = true;
        }

        if (schedule)
        {
            Host.Scheduler.Schedule(this);
        }
    }

    /// <summary>Takes a waiting item out; false when it runs, or is over.</summary>
    internal bool TryRemoveQueued(WorkItem item)
    {
        lock (_lock)
        {
            if (item.State is not WorkState.Queued || item.Activation != this)
            {
                return false;
            }

            RemoveWaiting(item);
            item.State = WorkState.Done;
            return true;
        }
    }

    /// <summary>A request that went on after an await is over.</summary>
    internal void Finish(WorkItem item)
    {
        bool schedule;
        lock (_lock)
        {
            RemoveRunning(item);
            schedule = !_scheduled;
            _scheduled = true;
        }

        item.Ended();
        if (schedule)
        {
            Host.Scheduler.Schedule(this);
        }
    }

    void IThreadPoolWorkItem.Execute() => Run(TurnQuantum);

    private void Run(int quantum)
    {
        var outer = SynchronizationContext.Current;
        WorkItem? ended = null;
        var yielded = false;
        var calls = 0;
        for (var turns = 0; ; turns++)
        {
            PostedTurn posted;
            WorkItem? next;
            bool goOn;
            lock (_lock)
            {
                if (ended is not null)
                {
                    RemoveRunning(ended);
                }

                posted = default;
                next = null;
                goOn = turns < quantum && TryTakeTurn(out posted, out next);

                // After its quantum the activation stays scheduled, and goes to the back of the line below.
                _scheduled = goOn || turns == quantum;
            }

            ended?.Ended();
            ended = null;
            if (!goOn)
            {
                yielded = turns == quantum;
                break;
            }

            if (next is not null)
            {
                calls += next is GrainCall ? 1 : 0;
                ended = StartTurn(next) ? next : null;
            }
            else
            {
                RunPosted(posted);
            }
        }

        SynchronizationContext.SetSynchronizationContext(outer);
        if (calls > 0)
        {
            Host.Statistics.Ran(calls);
        }

        if (yielded)
        {
            Host.Scheduler.Schedule(this);
        }
    }

    private static bool StartTurn(WorkItem item)
    {
        SynchronizationContext.SetSynchronizationContext(item.Context);
        if (item is GrainCall { Carried: { } carried })
        {
            RequestContext.Current = carried;
        }

        try
        {
            return item.Start();
        }
        finally
        {
            CleanContext.Restore();
        }
    }

    private void RunPosted(PostedTurn turn)
    {
        SynchronizationContext.SetSynchronizationContext(turn.Context);
        try
        {
            turn.Callback(turn.State);
        }
        catch (Exception e)
        {
            // Only an async void method gets here. On a bare thread it would end the process.
            Host.LogStrayFailure(GrainId, e);
        }
        finally
        {
            CleanContext.Restore();
        }
    }

    /// <summary>True when the activation must be scheduled.</summary>
    private bool Append(WorkItem item)
    {
        item.Activation = this;
        item.State = WorkState.Queued;
        _waiting.Add(item);
        CountWaiting(item, 1);
        _nextDeadline = Math.Min(_nextDeadline, item.Deadline);
        if (!_watched)
        {
            _watched = true;
            Host.Sweeper.Watch(this);
        }

        if (_scheduled || _state is ActivationState.Activating or ActivationState.Deactivating
            || (_running.Count > 0 && !MayRun(item)))
        {
            return false;
        }

        return _scheduled = true;
    }
}
