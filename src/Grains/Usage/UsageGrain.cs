using Sluice.Grains.Abstractions.Usage;

namespace Sluice.Grains.Usage;

/// <summary>Between one edge, which has no database, and the usage log.</summary>
internal sealed class UsageGrain(IUsageLog log) : Grain, IUsageGrain
{
    private const int EventsMax = 1_000;

    /// <exception cref="ArgumentException">The batch is not what an edge of this session sends.</exception>
    public Task Append(UsageBatch batch)
    {
        if (batch.Events.Length > EventsMax
            || batch.EdgeSession <= 0
            || batch.Number <= 0
            || batch.Events.Any(one => one.RequestId.EdgeSession != batch.EdgeSession))
        {
            throw new ArgumentException(
                $"At most {EventsMax} events, all of the batch's own session.", nameof(batch));
        }

        return log.AppendAsync(batch, CancellationToken.None);
    }
}
