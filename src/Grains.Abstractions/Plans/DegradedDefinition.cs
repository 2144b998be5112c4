namespace Sluice.Grains.Abstractions.Plans;

/// <summary>
/// What the edges may do for a plan's clients while they cannot reach a client's grain. A plan without one is closed.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.DegradedDefinition")]
public sealed record DegradedDefinition
{
    /// <summary>False: nothing; requests are refused with 503 until the grain answers.</summary>
    [Id(0)] public bool Open { get; init; }

    /// <summary>
    /// Of how much time a client's rates may be spent in one outage, over all edges together; 1 ms to 1 minute. Zero
    /// means 2 seconds.
    /// </summary>
    [Id(1)] public TimeSpan RateTime { get; init; }

    /// <summary>
    /// How long after the first failure requests are still admitted; 1 ms to 30 seconds. Zero means 30 seconds.
    /// </summary>
    [Id(2)] public TimeSpan Grace { get; init; }

    /// <summary>
    /// How long ago the grain must have verified the key, at most; 1 ms to 1 minute. Zero means 1 minute.
    /// </summary>
    [Id(3)] public TimeSpan VerifiedWithin { get; init; }
}
