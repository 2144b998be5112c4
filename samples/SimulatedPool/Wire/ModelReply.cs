namespace Sluice.SimulatedPool.Wire;

/// <summary>Answer of <c>/v1/models</c>.</summary>
internal sealed record ModelList(string Object, ModelCard[] Data);

/// <param name="Id">The name that requests use.</param>
/// <param name="Object">Always <c>model</c>.</param>
/// <param name="Created">Seconds since 1970 when the pool started.</param>
/// <param name="OwnedBy">Always <c>simulated-pool</c>.</param>
/// <param name="MaxModelLen">vLLM's extension: most tokens of prompt and answer together.</param>
internal sealed record ModelCard(string Id, string Object, long Created, string OwnedBy, int MaxModelLen);

/// <summary>Answer of <c>/version</c>.</summary>
internal sealed record VersionReply(string Version);
