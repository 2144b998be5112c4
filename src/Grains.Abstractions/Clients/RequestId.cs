namespace Sluice.Grains.Abstractions.Clients;

/// <summary>
/// Names one model call for ever, so that every message about it may be repeated: the edge session that took it in, and
/// that session's own counter.
/// </summary>
/// <param name="EdgeSession">Assigned by a silo when the edge started; 1 or more, never given out twice.</param>
/// <param name="Sequence">Counted by the edge within its session; 1 or more.</param>
[GenerateSerializer, Immutable, Alias("sluice.RequestId")]
public readonly record struct RequestId([property: Id(0)] long EdgeSession, [property: Id(1)] long Sequence);
