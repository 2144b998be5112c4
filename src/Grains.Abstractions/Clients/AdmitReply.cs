using Sluice.Grains.Abstractions.Usage;

namespace Sluice.Grains.Abstractions.Clients;

/// <summary>The one answer to an <see cref="AdmitRequest"/>.</summary>
/// <param name="Verdict">Whether the request may proceed, and if not, why.</param>
/// <param name="RetryAfter">
/// How long to wait before asking again; zero when admitted or when waiting does not help.
/// </param>
/// <param name="Requests">The binding request-rate limit: the one with the least remaining.</param>
/// <param name="RefusedBy">
/// The name of the limit that refused; for <see cref="Verdict.RoleForbidden"/> what a role refused, such as
/// <c>role.model</c>; null when none did.
/// </param>
/// <param name="SlotTtl">How long the slot stays taken unless renewed; zero when nothing was admitted.</param>
/// <param name="Epoch">
/// The activation that answered: higher is newer. 0 when no client stands behind the answer.
/// </param>
/// <param name="CompleteWithin">
/// The ends of this client's calls may be held back, to be told with its next request, for so long from before this
/// request was sent. Zero: they must be told at once.
/// </param>
[GenerateSerializer, Immutable, Alias("sluice.AdmitReply")]
public readonly record struct AdmitReply(
    [property: Id(0)] Verdict Verdict,
    [property: Id(1)] TimeSpan RetryAfter,
    [property: Id(2)] LimitStatus Requests,
    [property: Id(3)] string? RefusedBy,
    [property: Id(4)] TimeSpan SlotTtl,
    [property: Id(5)] long Epoch,
    [property: Id(6)] TimeSpan CompleteWithin = default)
{
    /// <summary>
    /// The binding rate of tokens: the one with the least remaining. No name when the client has no such rate.
    /// </summary>
    [Id(7)] public LimitStatus Tokens { get; init; }

    /// <summary>What the edge does with the call if its slot cannot be renewed; none: nothing was admitted.</summary>
    [Id(8)] public SlotFence Fence { get; init; }

    /// <summary>What is to be said of outages; null in most answers.</summary>
    [Id(9)] public DegradedReply? Degraded { get; init; }

    /// <summary>What the edge may admit by itself from now on, the asked request aside; null for nothing.</summary>
    [Id(11)] public ChunkGrant? Chunk { get; init; }

    /// <summary>
    /// True: the reservation rests on the request's cap, so the body that goes to the pool must state it.
    /// </summary>
    [Id(12)] public bool StateOutputCap { get; init; }

    /// <summary>What stood against the request; nothing when no limit did.</summary>
    [Id(13)] public LimitShortage Shortage { get; init; }

    /// <summary>When it was admitted, which is the period that quotas count it in; nothing when it was not.</summary>
    [Id(15)] public DateTimeOffset AdmittedAt { get; init; }

    /// <summary>What the call is logged with; null when nothing was admitted.</summary>
    [Id(17)] public UsageTerms? Usage { get; init; }

    /// <summary>What it holds of limits in tokens while it runs; null when none counts tokens.</summary>
    [Id(18)] public HeldTokens? Held { get; init; }

    /// <summary>
    /// The client's change by which it was decided, as the feed of revocations counts them: 1 or more; 0: not known.
    /// </summary>
    [Id(19)] public long ClientChange { get; init; }

    /// <summary>What the edge must ask for before it lets the call through; off where nothing was admitted.</summary>
    [Id(20)] public ReplayMode Replay { get; init; }
}

/// <summary>A limit that refused, in numbers.</summary>
/// <param name="Unit">What it counts, as people write it, such as tokens; null when no limit refused.</param>
/// <param name="Cost">What the request needs of it, at most; 0 or more.</param>
/// <param name="Most">The most it ever has: at once for a rate and for concurrency, per period for a quota.</param>
[GenerateSerializer, Immutable, Alias("sluice.LimitShortage")]
public readonly record struct LimitShortage(
    [property: Id(0)] string? Unit, [property: Id(1)] long Cost, [property: Id(2)] long Most);

/// <summary>How much of a limit is left, as the <c>x-ratelimit-*</c> headers tell it.</summary>
/// <param name="Name">The limit's name in its plan; null when there is no such limit.</param>
/// <param name="Limit">Most units at once; 0 when there is no such limit.</param>
/// <param name="Remaining">Whole units left now; 0 or more.</param>
/// <param name="Reset">Time until the limit is whole again; zero when it is.</param>
[GenerateSerializer, Immutable, Alias("sluice.LimitStatus")]
public readonly record struct LimitStatus(
    [property: Id(0)] string? Name,
    [property: Id(1)] long Limit,
    [property: Id(2)] long Remaining,
    [property: Id(3)] TimeSpan Reset);

/// <summary>Who a key belongs to.</summary>
[GenerateSerializer, Immutable, Alias("sluice.IdentifyReply")]
public sealed record IdentifyReply
{
    /// <summary><see cref="Verdict.Admitted"/>, or why the key is refused.</summary>
    [Id(0)] public required Verdict Verdict { get; init; }

    /// <summary>The tenant of the client; empty when refused.</summary>
    [Id(1)] public string Tenant { get; init; } = "";

    /// <summary>The role of the client: what it may do beyond its own model calls. Empty when refused.</summary>
    [Id(2)] public string Role { get; init; } = "";

    /// <summary>Patterns of the models that the client may use; see <c>ModelPattern</c> in the rules.</summary>
    [Id(3)] public string[] UsableModels { get; init; } = [];

    /// <summary>Patterns of the models that it may see besides and not use.</summary>
    [Id(4)] public string[] VisibleModels { get; init; } = [];

    /// <summary>How long to wait before asking again; zero when waiting does not help.</summary>
    [Id(6)] public TimeSpan RetryAfter { get; init; }

    /// <summary>When the key version ends: what is issued for it ends then at the latest.</summary>
    [Id(7)] public DateTimeOffset KeyExpiresAt { get; init; }

    /// <summary>What roles leave of the models, each of these; none: all of them.</summary>
    [Id(10)] public RoleModels[] RoleModels { get; init; } = [];
}

/// <summary>What the roles of somebody leave of models.</summary>
/// <param name="Allowed">Patterns of which a model must fit one.</param>
/// <param name="Denied">Patterns of which it must fit none.</param>
[GenerateSerializer, Immutable, Alias("sluice.RoleModels")]
public sealed record RoleModels([property: Id(0)] string[] Allowed, [property: Id(1)] string[] Denied);
