namespace Sluice.Grains.Abstractions.Clients;

/// <summary>What an answer says of outages; there is none when nothing is to be said.</summary>
[GenerateSerializer, Immutable, Alias("sluice.DegradedReply")]
public sealed record DegradedReply
{
    /// <summary>
    /// The terms in force, when the edge knows others by <see cref="AdmitRequest.TermsVersion"/>; else null.
    /// </summary>
    [Id(0)] public DegradedTerms? Terms { get; init; }

    /// <summary>True: what <see cref="AdmitRequest.Debt"/> tells is taken and need not be told again.</summary>
    [Id(1)] public bool DebtTaken { get; init; }
}

/// <summary>What an edge needs to go on alone, should the client's grain be out of reach.</summary>
[GenerateSerializer, Immutable, Alias("sluice.DegradedTerms")]
public sealed record DegradedTerms
{
    /// <summary>
    /// Names these terms; 1 or more. Keys and models that were verified under others count no more.
    /// </summary>
    [Id(0)] public required long Version { get; init; }

    /// <summary>False: nothing may be admitted without the grain.</summary>
    [Id(1)] public bool Open { get; init; }

    /// <summary>How long after the first failure, at most.</summary>
    [Id(2)] public TimeSpan Grace { get; init; }

    /// <summary>How long ago the key was verified, at most.</summary>
    [Id(3)] public TimeSpan VerifiedWithin { get; init; }

    /// <summary>What this edge may spend in one outage of each unit; a unit that is not named is not limited.</summary>
    [Id(4)] public DegradedAmount[] Budgets { get; init; } = [];

    /// <summary>Calls that this edge may run at once, those that run already among them; null for any number.</summary>
    [Id(5)] public long? Slots { get; init; }

    /// <summary>By which changes they are; null when the owner does not say.</summary>
    [Id(7)] public PolicyStamp? Stamp { get; init; }

    /// <summary>True: what was allowed from one address may not be from another.</summary>
    [Id(8)] public bool OfAddress { get; init; }
}

/// <param name="Unit">The unit's name as in a plan; null for requests.</param>
/// <param name="Amount">0 or more.</param>
[GenerateSerializer, Immutable, Alias("sluice.DegradedAmount")]
public readonly record struct DegradedAmount([property: Id(0)] string? Unit, [property: Id(1)] long Amount);

/// <summary>
/// What an edge has admitted of a client without its grain, since the edge's session began: totals that only grow, so
/// that they may be told again and again. It is told with every question until the grain has taken it.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.DegradedDebt")]
public sealed record DegradedDebt
{
    /// <summary>
    /// Everything; each unit at most once. Requests are calls, ended or not; other units are those of ended calls.
    /// </summary>
    [Id(0)] public required DegradedAmount[] Total { get; init; }

    /// <summary>Of that, what a grain has answered to have taken.</summary>
    [Id(1)] public DegradedAmount[] Taken { get; init; } = [];
}
