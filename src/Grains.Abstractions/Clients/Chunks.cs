namespace Sluice.Grains.Abstractions.Clients;

/// <summary>
/// A part of a client's limits that an edge may spend by itself, for calls of the key and the model that it was granted
/// with. It is out until it is returned or its time is over.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.ChunkGrant")]
public sealed record ChunkGrant
{
    /// <summary>Names it, within the edge's session, when it is returned; 1 or more.</summary>
    [Id(0)] public required long Number { get; init; }

    /// <summary>Requests granted by each limit that counts them: its rates, then its quotas; 1 to 128.</summary>
    [Id(1)] public required long[] Requests { get; init; }

    /// <summary>
    /// How long it may be spent, from before the request was sent that brought it; the drift of two clocks is taken off
    /// already. Longer than zero.
    /// </summary>
    [Id(2)] public required TimeSpan Lifetime { get; init; }

    /// <summary>The version of the plan under which it was granted.</summary>
    [Id(3)] public long PlanVersion { get; init; }

    /// <summary>By which changes it was granted; null when the owner does not say, and only its time ends it.</summary>
    [Id(4)] public PolicyStamp? Stamp { get; init; }

    /// <summary>True: only for calls from the address that it was granted to.</summary>
    [Id(5)] public bool OfAddress { get; init; }
}

/// <summary>The end of a chunk, told by the edge that had it. Repeats do no harm.</summary>
/// <param name="EdgeSession">The session of the edge that it was granted to.</param>
/// <param name="Number">Its number.</param>
/// <param name="Spent">What was spent of each of <see cref="ChunkGrant.Requests"/>; 0 or more, in their order.</param>
[GenerateSerializer, Immutable, Alias("sluice.ReturnedChunk")]
public readonly record struct ReturnedChunk(
    [property: Id(0)] long EdgeSession, [property: Id(1)] long Number, [property: Id(2)] long[] Spent)
{
    /// <summary>
    /// No call that the chunk admitted has a greater sequence; 0: its edge has no usage log, or does not say.
    /// </summary>
    [Id(5)] public long UpToSequence { get; init; }
}
