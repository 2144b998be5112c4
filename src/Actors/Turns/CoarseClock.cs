namespace Sluice.Actors.Turns;

/// <summary>
/// Time in ticks of one period, read without asking the system. Deadlines and ages are counted in it: never early, and
/// late by at most one period.
/// </summary>
internal sealed class CoarseClock(TimeProvider time, TimeSpan period)
{
    private readonly long _started = time.GetTimestamp();
    private readonly DateTimeOffset _startedUtc = time.GetUtcNow();
    private long _now;

    internal long Now => Volatile.Read(ref _now);

    internal TimeSpan Period => period;

    /// <summary>The tick at which that much time has surely passed; never, for an infinite time.</summary>
    internal long After(TimeSpan span)
    {
        if (span == Timeout.InfiniteTimeSpan || span > TimeSpan.FromDays(36_500))
        {
            return long.MaxValue;
        }

        return Now + Length(span) + 1;
    }

    /// <summary>A span in whole ticks, rounded up.</summary>
    internal long Length(TimeSpan span) => (span.Ticks + period.Ticks - 1) / period.Ticks;

    /// <summary>When a tick was.</summary>
    internal DateTimeOffset At(long tick) => _startedUtc + TimeSpan.FromTicks(tick * period.Ticks);

    internal long Advance()
    {
        var now = time.GetElapsedTime(_started).Ticks / period.Ticks;
        Volatile.Write(ref _now, now);
        return now;
    }
}
