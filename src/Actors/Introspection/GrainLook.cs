namespace Sluice.Actors.Introspection;

/// <summary>One grain, as the silo that owns it sees it.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.GrainLook")]
public sealed record GrainLook
{
    /// <summary>Its activation; null when it has none. Looking makes none.</summary>
    [Id(0)] public required ActivationSummary? Activation { get; init; }

    /// <summary>When the activation was made; null when there is none.</summary>
    [Id(1)] public DateTimeOffset? Since { get; init; }

    /// <summary>What the grain says of itself, as JSON; null when it was not asked, or has not answered.</summary>
    [Id(2)] public string? State { get; init; }

    /// <summary>Why there is no state although there is an activation; null otherwise.</summary>
    [Id(3)] public string? Problem { get; init; }
}

/// <summary>One grain, and the silo that owns it.</summary>
/// <param name="SiloId">The owner; 0 for a host without a cluster.</param>
/// <param name="Look">What it says; null when it did not answer.</param>
/// <param name="Problem">Why it did not answer; null when it did.</param>
public sealed record OwnedLook(long SiloId, GrainLook? Look, string? Problem);

/// <summary>All silos of a view.</summary>
/// <param name="ViewVersion">Of the host that asked.</param>
/// <param name="Silos">By id; one, with the id 0, for a host without a cluster.</param>
public sealed record ClusterLook(long ViewVersion, IReadOnlyList<SiloLook<HostReport>> Silos);

/// <summary>What one silo answered.</summary>
/// <param name="Silo">Who it is; null for a host without a cluster.</param>
/// <param name="IsSelf">It is the host that asked.</param>
/// <param name="Answer">What it says; null when it did not answer.</param>
/// <param name="Problem">Why it did not answer; null when it did.</param>
public sealed record SiloLook<T>(Membership.SiloEntry? Silo, bool IsSelf, T? Answer, string? Problem)
    where T : class;
