namespace Sluice.Grains.Abstractions.Plans;

/// <summary>
/// How the keys of a plan's clients are rotated. What is null is as usual. A plan without one rotates keys only when
/// somebody asks, and as usual otherwise.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.RotationDefinition")]
public sealed record RotationDefinition
{
    /// <summary>
    /// How often a key is rotated by itself; zero: only when somebody asks; else 1 hour to 90 days. Null: 30 days.
    /// </summary>
    [Id(0)] public TimeSpan? Interval { get; init; }

    /// <summary>How long after a rotation the new version takes over; zero to 30 days. Null: 24 hours.</summary>
    [Id(1)] public TimeSpan? ActivationDelay { get; init; }

    /// <summary>How long the old version is accepted from then on; zero to 90 days. Null: 7 days.</summary>
    [Id(2)] public TimeSpan? Overlap { get; init; }

    /// <summary>
    /// Whether the new version is accepted before it takes over, and its first use has it do so. Null: true.
    /// </summary>
    [Id(3)] public bool? AcceptEarly { get; init; }

    /// <summary>Ended versions of a key that are remembered, so that their use is told; 0 to 20. Null: 3.</summary>
    [Id(4)] public int? Retention { get; init; }

    /// <summary>
    /// The overlap ends early once the old version was not used for so long and the new one was; 1 minute to 90 days.
    /// Null: it does not.
    /// </summary>
    [Id(5)] public TimeSpan? Quiet { get; init; }

    /// <summary>How long a version lives that a rotation makes; 1 minute to 90 days. Null: 90 days.</summary>
    [Id(6)] public TimeSpan? Lifetime { get; init; }
}
