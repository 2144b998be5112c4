namespace Sluice.SimulatedPool.Metrics;

/// <summary>Answers counted by finish reason, a closed set.</summary>
internal sealed class FinishCounts
{
    private readonly long[] _counts = new long[FinishReasons.All.Length];

    /// <param name="reason">One of <see cref="FinishReasons"/>; any other is not counted.</param>
    public void Count(string reason)
    {
        var index = Array.IndexOf(FinishReasons.All, reason);
        if (index >= 0)
        {
            Interlocked.Increment(ref _counts[index]);
        }
    }

    public IEnumerable<(string Reason, long Count)> Read() =>
        FinishReasons.All.Select((reason, index) => (reason, Volatile.Read(ref _counts[index])));
}
