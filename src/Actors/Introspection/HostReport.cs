namespace Sluice.Actors.Introspection;

/// <summary>What a host says of itself.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.HostReport")]
public sealed record HostReport
{
    /// <summary>The view it works by; 0 without a cluster.</summary>
    [Id(0)] public required long ViewVersion { get; init; }

    /// <summary>When it was made.</summary>
    [Id(1)] public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Since then, to the precision of the host's sweep.</summary>
    [Id(2)] public required TimeSpan Uptime { get; init; }

    /// <summary>Memory of the process that is resident, in bytes.</summary>
    [Id(3)] public required long MemoryBytes { get; init; }

    /// <summary>Memory of managed objects, those that are garbage included, in bytes.</summary>
    [Id(4)] public required long HeapBytes { get; init; }

    /// <summary>Activations in memory.</summary>
    [Id(5)] public required int Activations { get; init; }

    /// <summary>Requests that have not begun.</summary>
    [Id(6)] public required long Waiting { get; init; }

    /// <summary>Calls that began to run here, over the last five to ten seconds.</summary>
    [Id(7)] public required double CallsPerSecond { get; init; }

    /// <summary>Calls that ended here with an error, over the same time.</summary>
    [Id(8)] public required double FailuresPerSecond { get; init; }

    /// <summary>From a call's arrival at this host to its answer, over the same time.</summary>
    [Id(9)] public required Durations Latency { get; init; }

    /// <summary>From a call's arrival at this host to its turn, over the same time.</summary>
    [Id(10)] public required Durations Waited { get; init; }

    /// <summary>Activations by the type of their grain, most numerous first.</summary>
    [Id(11)] public required TypeCount[] Types { get; init; }

    /// <summary>
    /// The activations for which most requests wait, longest queue first; those without one are left out.
    /// </summary>
    [Id(12)] public required ActivationSummary[] LongestQueues { get; init; }
}

/// <summary>How long calls took. Only one in seventeen is measured.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.Durations")]
public sealed record Durations
{
    /// <summary>How many were measured; 0: the others are zero and say nothing.</summary>
    [Id(0)] public required long Measured { get; init; }

    /// <summary>Half took no longer; above the truth by less than an eighth.</summary>
    [Id(1)] public required TimeSpan P50 { get; init; }

    /// <summary>All but one in a hundred took no longer; above the truth by less than an eighth.</summary>
    [Id(2)] public required TimeSpan P99 { get; init; }
}

/// <summary>The activations of one type of grain.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.TypeCount")]
public sealed record TypeCount
{
    /// <summary>The grain type's name.</summary>
    [Id(0)] public required string Type { get; init; }

    /// <summary>How many there are.</summary>
    [Id(1)] public required int Activations { get; init; }

    /// <summary>Requests that wait for any of them.</summary>
    [Id(2)] public required long Waiting { get; init; }
}

/// <summary>One activation in a list.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.ActivationSummary")]
public sealed record ActivationSummary
{
    /// <summary>Whose activation it is.</summary>
    [Id(0)] public required GrainId Grain { get; init; }

    /// <summary>Created, Activating, Active, Deactivating or Dead.</summary>
    [Id(1)] public required string Status { get; init; }

    /// <summary>Requests that have not begun.</summary>
    [Id(2)] public required int Waiting { get; init; }

    /// <summary>The oldest request that runs, as <c>type/key.Method</c>; null when none does.</summary>
    [Id(3)] public required string? Running { get; init; }

    /// <summary>When the last request began, to the precision of the host's sweep.</summary>
    [Id(4)] public required DateTimeOffset LastUsed { get; init; }
}
