namespace Sluice.Edge.Degraded;

/// <summary>
/// A clock whose calendar goes on at the pace of the monotonic one. Circuit breakers count their breaks by the
/// calendar, and a machine whose clock is set back an hour must not refuse for an hour.
/// </summary>
internal sealed class MonotonicTime(TimeProvider time) : TimeProvider
{
    private readonly long _started = time.GetTimestamp();
    private readonly DateTimeOffset _begin = time.GetUtcNow();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _begin + time.GetElapsedTime(_started);

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
