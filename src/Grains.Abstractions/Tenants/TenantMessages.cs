using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Grains.Abstractions.Tenants;

/// <summary>One hold of a call at its tenant.</summary>
/// <param name="ClientId">The client that asks.</param>
/// <param name="RequestId">The call, as its edge named it.</param>
/// <param name="Number">Counted by the client over its activations; a later hold of one call has a higher one.</param>
[GenerateSerializer, Immutable, Alias("sluice.TenantHold")]
public readonly record struct TenantHold(
    [property: Id(0)] string ClientId,
    [property: Id(1)] RequestId RequestId,
    [property: Id(2)] long Number);

/// <summary>A call that a client would admit, if its tenant does.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantHoldRequest")]
public sealed record TenantHoldRequest
{
    /// <summary>Which call. A repeat that still holds is answered like the first and charged once.</summary>
    [Id(0)] public required TenantHold Hold { get; init; }

    /// <summary>The version of the tenant that the client knows: what it says of a call follows from that.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>The model that is asked for.</summary>
    [Id(2)] public required string Model { get; init; }

    /// <summary>The key version that it is asked for with.</summary>
    [Id(3)] public int KeyVersion { get; init; }

    /// <summary>The path behind <c>/v1/</c>; empty when it is not known.</summary>
    [Id(4)] public string Endpoint { get; init; } = "";

    /// <summary>As <see cref="AdmitRequest.ClientAddress"/>; 0 when it is not known.</summary>
    [Id(5)] public UInt128 ClientAddress { get; init; }

    /// <summary>Tokens of input that it reserves; 0 or more, and 0 where no limit counts them.</summary>
    [Id(6)] public long InputTokens { get; init; }

    /// <summary>Tokens of output that it reserves; 0 or more, and 0 where no limit counts them.</summary>
    [Id(7)] public long OutputTokens { get; init; }

    /// <summary>Images in it; 0 or more.</summary>
    [Id(8)] public long Images { get; init; }

    /// <summary>Pages in it; 0 or more.</summary>
    [Id(9)] public long Pages { get; init; }
}

/// <summary>The one answer to a <see cref="TenantHoldRequest"/>.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantHoldReply")]
public sealed record TenantHoldReply
{
    /// <summary>
    /// <see cref="Verdict.Admitted"/>, <see cref="Verdict.Pending"/>, or the kind of limit that refused.
    /// </summary>
    [Id(0)] public required Verdict Verdict { get; init; }

    /// <summary>As <see cref="AdmitReply.RetryAfter"/>.</summary>
    [Id(1)] public TimeSpan RetryAfter { get; init; }

    /// <summary>The tenant's limit that refused; null when none did.</summary>
    [Id(2)] public string? RefusedBy { get; init; }

    /// <summary>The tenant's rate of requests with the least remaining.</summary>
    [Id(3)] public LimitStatus Requests { get; init; }

    /// <summary>Its rate of tokens with the least remaining.</summary>
    [Id(4)] public LimitStatus Tokens { get; init; }

    /// <summary>What stood against the call; nothing when no limit did.</summary>
    [Id(5)] public LimitShortage Shortage { get; init; }

    /// <summary>
    /// The activation that answered: higher is newer, and a client believes no older one any more. 0: none counts now.
    /// </summary>
    [Id(6)] public required long Epoch { get; init; }

    /// <summary>The version of the tenant that it answered by; who knows a lower one asks what it is.</summary>
    [Id(7)] public required long Version { get; init; }

    /// <summary>Every limit of the tenant when it refused; empty when it did not.</summary>
    [Id(8)] public LimitExplanation[] Limits { get; init; } = [];
}

/// <summary>Calls of one client that ended.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantEnds")]
public sealed record TenantEnds
{
    /// <summary>The client.</summary>
    [Id(0)] public required string ClientId { get; init; }

    /// <summary>As its edge told them; at most 1 000, in any order; repeats do no harm.</summary>
    [Id(1)] public required Completion[] Completions { get; init; }
}

/// <summary>What an edge runs of a client, told on to the client's tenant.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantReport")]
public sealed record TenantReport
{
    /// <summary>The client.</summary>
    [Id(0)] public required string ClientId { get; init; }

    /// <summary>
    /// As the edge told it, and what the client has admitted of it since; its epoch is the newest activation of the
    /// tenant that the client knows, and 0 when the edge may still believe an earlier activation of the client.
    /// </summary>
    [Id(1)] public required LiveRequests Live { get; init; }
}

/// <summary>The answer to a <see cref="TenantReport"/>.</summary>
/// <param name="Epoch">The activation that answers; 0: none counts now.</param>
/// <param name="IsRenewed">False: nothing was renewed. The report is repeated.</param>
[GenerateSerializer, Immutable, Alias("sluice.TenantReportReply")]
public readonly record struct TenantReportReply([property: Id(0)] long Epoch, [property: Id(1)] bool IsRenewed)
{
    /// <summary>Calls that have used up a limit of the tenant; null for none.</summary>
    [Id(3)] public StoppedCall[]? Stops { get; init; }
}
