namespace Sluice.Simulation.Kernel;

/// <summary>
/// The clock of one process: it runs a little fast or slow, its calendar is a little off, and its timers fire by it.
/// </summary>
/// <param name="process">Whose clock it is.</param>
/// <param name="driftPpm">How much it is fast, in millionths; below zero it is slow.</param>
internal sealed class SimulatedTime(SimulatedProcess process, int driftPpm) : TimeProvider
{
    /// <summary>The middle of a month: no run crosses into the next one.</summary>
    internal static readonly DateTimeOffset Start = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private const long Million = 1_000_000;

    /// <summary>Processes began at other moments, and nothing may follow from the value of a timestamp.</summary>
    private readonly long _offset = (process.Number * 7919 % 1000) * TimeSpan.TicksPerMillisecond;

    /// <summary>Seven times the usual, so that code which takes timestamps for ticks fails.</summary>
    public override long TimestampFrequency => 7 * TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => 7 * Local(process.World.Now);

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(Local(process.World.Now));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, process, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The true time in which that much passes by this clock, rounded up: a timer is never early.</summary>
    internal long TrueTicks(TimeSpan local) => (long)Math.Ceiling(local.Ticks * (double)Million / (Million + driftPpm));

    private long Local(long now) => _offset + now + (now * driftPpm / Million);
}

/// <summary>A timer of one process.</summary>
internal sealed class SimulatedTimer(SimulatedTime time, SimulatedProcess process, Action callback) : ITimer
{
    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private long _version;
    private bool _isDue;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (!process.World.IsOnItsThread())
        {
            return false;
        }

        _version++;
        _isDue = false;
        _period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
        PlanNext(dueTime);
        return true;
    }

    public void Dispose()
    {
        _version++;
        _isDue = false;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>In its process, if nobody has changed it since it was due.</summary>
    internal void Run()
    {
        if (_isDue)
        {
            _isDue = false;
            callback();
        }
    }

    private void PlanNext(TimeSpan dueTime)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        var version = _version;
        process.World.Plan(time.TrueTicks(dueTime), () => Due(version));
    }

    private void Due(long version)
    {
        if (version != _version || process.IsDead)
        {
            return;
        }

        PlanNext(_period);
        if (!_isDue)
        {
            _isDue = true; // One that is late is due once, however often it should have been.
            process.Fire(this);
        }
    }
}
