namespace Sluice.Testing.Judging;

/// <summary>Calls that run at the same time, as the pool itself saw them.</summary>
public static class SlotsLaw
{
    /// <summary>The most that ran at one moment. One that ends when another arrives was not there with it.</summary>
    public static (int Most, long At) Peak(IEnumerable<PoolEntry> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var changes = calls
            .SelectMany(call => new[] { (At: call.Arrived, By: 1), (At: call.Ended ?? long.MaxValue, By: -1) })
            .OrderBy(change => change.At).ThenBy(change => change.By);
        var (now, peak) = (0, (Most: 0, At: 0L));
        foreach (var (at, by) in changes)
        {
            now += by;
            peak = now > peak.Most ? (now, at) : peak;
        }

        return peak;
    }
}
