using Sluice.Actors.Activations;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Timers;

/// <summary>
/// A timer of one activation. Each tick is a work item, and the same one every time: the next tick is planned when the
/// last one has ended, so ticks cannot overlap.
/// </summary>
internal sealed class GrainTimer : AsyncWorkItem, IGrainTimer
{
    private readonly Lock _timerLock = new();
    private readonly Activation _owner;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _ended = new();
    private readonly ITimer _timer;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private bool _ticking;
    private bool _changed;
    private bool _disposed;

    internal GrainTimer(Activation owner, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, options.Period);
        _owner = owner;
        _callback = callback;
        _options = options;
        _dueTime = options.DueTime;
        _period = options.Period;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = owner.Host.Time.CreateTimer(
                timer => ((GrainTimer)timer!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    internal override Interleaving Interleaving => _options.Interleave || _owner.Class.Reentrant
        ? Interleaving.Always
        : Interleaving.None;

    internal override string Name => $"{_owner.GrainId}.timer";

    /// <summary>Whether a tick counts as use of the activation.</summary>
    internal bool KeepsAlive => _options.KeepAlive;

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, period);
        lock (_timerLock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _dueTime = dueTime;
            _period = period;
            _changed = true;
            if (!_ticking)
            {
                Plan();
            }
        }
    }

    public void Dispose()
    {
        lock (_timerLock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _timer.Dispose();
        }

        _owner.Forget(this);
        _ended.Cancel();
    }

    internal void Begin()
    {
        lock (_timerLock)
        {
            Plan();
        }
    }

    internal override void Ended()
    {
        if (Failure is not null && !(_disposed && Failure is OperationCanceledException))
        {
            _owner.Host.LogTimerFailed(_owner.GrainId, Failure);
            _owner.Notice(Failure);
        }

        lock (_timerLock)
        {
            _ticking = false;
            if (!_disposed)
            {
                _dueTime = _changed ? _dueTime : _period;
                Plan();
            }
        }
    }

    protected override Task Run()
    {
        lock (_timerLock)
        {
            if (_disposed)
            {
                return Task.CompletedTask;
            }

            _changed = false;
        }

        return _callback(_ended.Token);
    }

    private static void Check(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        }

        if (period != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        }
    }

    private void Plan()
    {
        _changed = false;
        _timer.Change(_dueTime, Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        lock (_timerLock)
        {
            if (_ticking || _disposed)
            {
                return;
            }

            _ticking = true;
        }

        _owner.EnqueueTick(this);
    }
}
