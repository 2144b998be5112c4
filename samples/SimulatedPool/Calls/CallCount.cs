using Sluice.SimulatedPool.Metrics;

namespace Sluice.SimulatedPool.Calls;

/// <summary>A call in the pool's books, from its arrival on: over once, for the reason that came first.</summary>
internal sealed class CallCount
{
    private readonly PoolMetrics _metrics;
    private int _over;

    public CallCount(PoolMetrics metrics)
    {
        _metrics = metrics;
        metrics.CallArrived();
    }

    public void End(CallOutcome outcome)
    {
        if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            _metrics.CallEnded(outcome);
        }
    }
}
