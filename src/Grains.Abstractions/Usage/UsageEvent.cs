using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Grains.Abstractions.Usage;

/// <summary>How a call that is logged ended. Values are wire and stored: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.UsageOutcome")]
public enum UsageOutcome
{
    /// <summary>Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>A pool answered, and what it used is known.</summary>
    Used = 1,

    /// <summary>No pool ever saw it: nothing is charged.</summary>
    FailedBeforeDispatch = 2,

    /// <summary>A pool may have worked on it, and nobody told what it used: it is charged its input at least.</summary>
    UnknownAfterDispatch = 3,

    /// <summary>
    /// Its edge was not heard of any more: it is charged what it reserved, until the edge itself tells.
    /// </summary>
    EdgeLost = 4,

    /// <summary>
    /// Its edge ended the stream because a limit of tokens was used up: it is charged what was streamed.
    /// </summary>
    Stopped = 6,
}

/// <summary>
/// One model call in the usage log, for ever. It names its client and model, and never a secret, a prompt or an
/// address.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.UsageEvent")]
public sealed record UsageEvent
{
    /// <summary>
    /// The call; of each, what its edge tells counts, whatever was written before. A sequence below 0 is not a call
    /// but the chunk of that number: what of it no call that is logged has spent.
    /// </summary>
    [Id(0)] public required RequestId RequestId { get; init; }

    /// <summary>The client.</summary>
    [Id(1)] public required string ClientId { get; init; }

    /// <summary>Its tenant when the call was admitted; empty when nobody knew.</summary>
    [Id(2)] public string Tenant { get; init; } = "";

    /// <summary>Its plan when the call was admitted; empty when nobody knew.</summary>
    [Id(3)] public string Plan { get; init; } = "";

    /// <summary>The key version that it was made with; 0 when nobody knew.</summary>
    [Id(4)] public int KeyVersion { get; init; }

    /// <summary>The model asked for; empty when nobody knew.</summary>
    [Id(5)] public string Model { get; init; } = "";

    /// <summary>The path behind <c>/v1/</c>; empty when nobody knew.</summary>
    [Id(6)] public string Endpoint { get; init; } = "";

    /// <summary>
    /// When it was admitted, by whoever did: quotas count it in the period of this moment. In UTC.
    /// </summary>
    [Id(7)] public required DateTimeOffset AdmittedAt { get; init; }

    /// <summary>When it ended, by the clock of its edge; in UTC.</summary>
    [Id(8)] public required DateTimeOffset EndedAt { get; init; }

    /// <summary>How it ended.</summary>
    [Id(9)] public required UsageOutcome Outcome { get; init; }

    /// <summary>The activation that admitted it; 0: its edge did, without one.</summary>
    [Id(10)] public long Epoch { get; init; }

    /// <summary>Requests charged: 1, or 0 when no pool saw it; more for a chunk.</summary>
    [Id(11)] public long Requests { get; init; }

    /// <summary>Input tokens charged; 0 or more.</summary>
    [Id(12)] public long InputTokens { get; init; }

    /// <summary>Output tokens charged, thinking included; 0 or more.</summary>
    [Id(13)] public long OutputTokens { get; init; }

    /// <summary>Images charged; 0 or more.</summary>
    [Id(14)] public long Images { get; init; }

    /// <summary>Pages charged; 0 or more.</summary>
    [Id(15)] public long Pages { get; init; }

    /// <summary>The number of the chunk that it was admitted by; 0 for none.</summary>
    [Id(16)] public long Chunk { get; init; }
}

/// <summary>What an edge must know of a client to log its calls.</summary>
[GenerateSerializer, Immutable, Alias("sluice.UsageTerms")]
public sealed record UsageTerms
{
    /// <summary>The client's tenant.</summary>
    [Id(0)] public required string Tenant { get; init; }

    /// <summary>The client's plan.</summary>
    [Id(1)] public required string Plan { get; init; }

    /// <summary>True: no call is admitted that could not be logged.</summary>
    [Id(2)] public bool Metered { get; init; }

    /// <summary>The client's role; empty when it is not said.</summary>
    [Id(4)] public string Role { get; init; } = "";
}
