using Sluice.Grains.Abstractions.Edges;
using Sluice.Grains.Usage;

namespace Sluice.Grains.Edges;

/// <summary>The last edge session given out, at rest.</summary>
[GenerateSerializer, Alias("sluice.StoredEdgeSession")]
public sealed record StoredEdgeSession
{
    [Id(0)] public long Last { get; init; }
}

/// <summary>Counts edge sessions. Stored before it answers, so a number is never given twice.</summary>
internal sealed class EdgeSessionGrain(
    [PersistentState("edge-session")] IPersistentState<StoredEdgeSession> stored, IUsageLog usage)
    : Grain, IEdgeSessionGrain
{
    public async Task<long> Open()
    {
        stored.State = new StoredEdgeSession { Last = stored.State.Last + 1 };
        await stored.WriteStateAsync(); // If it fails, a number is skipped.
        await usage.OpenSessionAsync(stored.State.Last, CancellationToken.None); // So the log knows whom to wait for.
        return stored.State.Last;
    }
}
