using Sluice.Grains.Abstractions.Plans;

namespace Sluice.Grains.Abstractions.Clients;

/// <summary>A decision with the numbers of every limit, made or only supposed.</summary>
[GenerateSerializer, Immutable, Alias("sluice.DecisionExplanation")]
public sealed record DecisionExplanation
{
    /// <summary>The call; meaningless when it is only supposed.</summary>
    [Id(0)] public required RequestId RequestId { get; init; }

    /// <summary>When it was decided.</summary>
    [Id(1)] public required DateTimeOffset At { get; init; }

    /// <summary>What was decided; <see cref="Verdict.Pending"/> is nothing yet.</summary>
    [Id(2)] public required Verdict Verdict { get; init; }

    /// <summary>How long the client was told to wait; zero when admitted or when waiting does not help.</summary>
    [Id(3)] public required TimeSpan RetryAfter { get; init; }

    /// <summary>The limit that refused, or what a role refused; null when none did.</summary>
    [Id(4)] public string? RefusedBy { get; init; }

    /// <summary>The limit that refused, else the one with the smallest part left; null without limits.</summary>
    [Id(5)] public string? Binding { get; init; }

    /// <summary>The model that was asked for.</summary>
    [Id(6)] public required string Model { get; init; }

    /// <summary>The key version that the call was made with.</summary>
    [Id(7)] public required int KeyVersion { get; init; }

    /// <summary>The plan that it was decided by.</summary>
    [Id(8)] public required string Plan { get; init; }

    /// <summary>The version of the plan.</summary>
    [Id(9)] public required long PlanVersion { get; init; }

    /// <summary>The activation that decided.</summary>
    [Id(10)] public required long Epoch { get; init; }

    /// <summary>
    /// Every limit in force and on trial: after an admitted call took its part, before one that was not or is supposed.
    /// </summary>
    [Id(11)] public required LimitExplanation[] Limits { get; init; }

    /// <summary>The limit that its stream was ended for while it ran; null when it was not.</summary>
    [Id(12)] public string? StoppedBy { get; init; }

    /// <summary>The client's role that it was decided by.</summary>
    [Id(13)] public string Role { get; init; } = "";

    /// <summary>The roles of the token that was presented; null for a key, and for a token that says none.</summary>
    [Id(16)] public string? TokenRoles { get; init; }
}

/// <summary>What one limit said about a call.</summary>
[GenerateSerializer, Immutable, Alias("sluice.LimitExplanation")]
public sealed record LimitExplanation
{
    /// <summary>The limit's name.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>What it bounds.</summary>
    [Id(1)] public required LimitKind Kind { get; init; }

    /// <summary>What it counts: requests, input-tokens, images and so on.</summary>
    [Id(2)] public required string Unit { get; init; }

    /// <summary>True: it is on trial, and refuses nobody.</summary>
    [Id(3)] public bool Shadow { get; init; }

    /// <summary>Most units: at once for a rate and for concurrency, per period for a quota.</summary>
    [Id(4)] public required long Limit { get; init; }

    /// <summary>Units taken; 0 or more.</summary>
    [Id(5)] public required long Used { get; init; }

    /// <summary>Whole units left; 0 or more.</summary>
    [Id(6)] public required long Remaining { get; init; }

    /// <summary>What the call was expected to cost in this unit; 0 or more.</summary>
    [Id(7)] public required long Cost { get; init; }

    /// <summary>True: it refused the call, or would have if no other limit had come before.</summary>
    [Id(8)] public required bool Refuses { get; init; }

    /// <summary>
    /// Time until it would not refuse, if nothing else happened; null when it does not, or when that is not known.
    /// </summary>
    [Id(9)] public TimeSpan? RetryAfter { get; init; }

    /// <summary>Time until it is whole again; zero when it is, and for concurrency.</summary>
    [Id(10)] public required TimeSpan Reset { get; init; }
}

/// <summary>A limit on trial, and what it would have done.</summary>
/// <param name="Limit">Its numbers for a call of one request.</param>
/// <param name="WouldRefuse">Admitted calls that it would have refused, since the activation or limit began.</param>
[GenerateSerializer, Immutable, Alias("sluice.ShadowLimitState")]
public sealed record ShadowLimitState(
    [property: Id(0)] LimitExplanation Limit,
    [property: Id(1)] long WouldRefuse);
