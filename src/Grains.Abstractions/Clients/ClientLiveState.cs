using Sluice.Grains.Abstractions.Plans;

namespace Sluice.Grains.Abstractions.Clients;

/// <summary>What a client has in use at one moment, read from its grain's memory.</summary>
[GenerateSerializer, Immutable, Alias("sluice.ClientLiveState")]
public sealed record ClientLiveState
{
    /// <summary>The activation that answers: higher is newer.</summary>
    [Id(0)] public required long Epoch { get; init; }

    /// <summary>The plan it works by, and the version of it.</summary>
    [Id(1)] public required string Plan { get; init; }

    /// <summary>The version of the plan in force.</summary>
    [Id(2)] public required long PlanVersion { get; init; }

    /// <summary>Every limit in force, the client's own included.</summary>
    [Id(3)] public required LimitLiveState[] Limits { get; init; }

    /// <summary>Every slot that is taken; empty when nothing runs.</summary>
    [Id(4)] public required SlotInfo[] Slots { get; init; }

    /// <summary>Limits on trial, which refuse nobody; empty when there is none.</summary>
    [Id(10)] public ShadowLimitState[] ShadowLimits { get; init; } = [];
}

/// <param name="Name">The limit's name.</param>
/// <param name="Kind">What it bounds.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Limit">Most units: at once for a rate and for concurrency, per period for a quota.</param>
/// <param name="Used">Units taken now or in this period; 0 or more.</param>
/// <param name="Reset">Time until the limit is whole again; zero when it is, and for concurrency.</param>
/// <param name="Reserved">
/// A quota's durable count; 0 for the other kinds. Below <paramref name="Used"/> only until what calls used beyond
/// their reservation is stored.
/// </param>
/// <param name="UnitName">The unit's name when it is <see cref="LimitUnit.Other"/>; null otherwise.</param>
[GenerateSerializer, Immutable, Alias("sluice.LimitLiveState")]
public readonly record struct LimitLiveState(
    [property: Id(0)] string Name,
    [property: Id(1)] LimitKind Kind,
    [property: Id(2)] LimitUnit Unit,
    [property: Id(3)] long Limit,
    [property: Id(4)] long Used,
    [property: Id(5)] TimeSpan Reset,
    [property: Id(6)] long Reserved,
    [property: Id(7)] string? UnitName = null);

/// <param name="RequestId">The request that holds the slot.</param>
/// <param name="ExpiresIn">Time until the slot is taken back unless its edge renews it.</param>
[GenerateSerializer, Immutable, Alias("sluice.SlotInfo")]
public readonly record struct SlotInfo([property: Id(0)] RequestId RequestId, [property: Id(1)] TimeSpan ExpiresIn);
