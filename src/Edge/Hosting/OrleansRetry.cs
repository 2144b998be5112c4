namespace Sluice.Edge.Hosting;

/// <summary>
/// A silo that stops refuses what it no longer starts, and until all know where its grains went, others do so too.
/// Every call of an edge may be repeated, so it is, for half a second; whoever waits for it has a deadline of its own.
/// </summary>
internal sealed class OrleansRetry(TimeProvider time) : IOutgoingGrainCallFilter
{
    private const int TriesMax = 6;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (SiloUnavailableException) when (attempt < TriesMax)
            {
                await Task.Delay(Delay, time);
            }
        }
    }
}
