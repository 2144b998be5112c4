namespace Sluice.Grains.Abstractions.Plans;

/// <summary>What a limit bounds. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.LimitKind")]
public enum LimitKind
{
    /// <summary>Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>A burst at once, then so many per period, refilled continuously.</summary>
    Rate = 1,

    /// <summary>So many at the same time.</summary>
    Concurrency = 2,

    /// <summary>So many per calendar period.</summary>
    Quota = 3,
}

/// <summary>What a limit counts. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.LimitUnit")]
public enum LimitUnit
{
    /// <summary>Model calls.</summary>
    Requests = 0,

    /// <summary>Tokens that models read.</summary>
    InputTokens = 1,

    /// <summary>Tokens that models answer, thinking included.</summary>
    OutputTokens = 2,

    /// <summary>Input and output tokens together.</summary>
    TotalTokens = 3,

    /// <summary>What <see cref="LimitDefinition.UnitName"/> says, such as images or pages.</summary>
    Other = 4,
}

/// <summary>The calendar period of a quota. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.CalendarPeriod")]
public enum CalendarPeriod
{
    /// <summary>The limit is not a quota.</summary>
    None = 0,

    /// <summary>A month of the calendar, in the tenant's time zone as all periods are.</summary>
    Month = 1,

    /// <summary>A week, from Monday.</summary>
    Week = 2,

    /// <summary>A day, from midnight to midnight.</summary>
    Day = 3,

    /// <summary>An hour, from full hour to full hour.</summary>
    Hour = 4,

    /// <summary>A minute of the clock.</summary>
    Minute = 5,

    /// <summary>A second of the clock.</summary>
    Second = 6,
}

/// <summary>One limit of a plan, or of a client in place of its plan's limit of the same name.</summary>
[GenerateSerializer, Immutable, Alias("sluice.LimitDefinition")]
public sealed record LimitDefinition
{
    /// <summary>
    /// Unique in its plan; 1 to 63 of a-z, 0-9 and '-'. A client's own limit replaces the one so named.
    /// </summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>What the limit bounds.</summary>
    [Id(1)] public required LimitKind Kind { get; init; }

    /// <summary>What the limit counts.</summary>
    [Id(2)] public LimitUnit Unit { get; init; }

    /// <summary>Units per period for a rate or quota, units at once for concurrency; 1 or more.</summary>
    [Id(3)] public required long Amount { get; init; }

    /// <summary>A rate's capacity: most units at once. 0 means <see cref="Amount"/>; only a rate has one.</summary>
    [Id(4)] public long Burst { get; init; }

    /// <summary>A rate's period, 1 ms to 31 days; zero for the other kinds.</summary>
    [Id(5)] public TimeSpan Period { get; init; }

    /// <summary>A quota's calendar period; <see cref="CalendarPeriod.None"/> for the other kinds.</summary>
    [Id(6)] public CalendarPeriod Calendar { get; init; }

    /// <summary>
    /// The unit's name when it is <see cref="LimitUnit.Other"/>: 1 to 63 of a-z, 0-9 and '-', and none of those that
    /// have a value of their own. Empty otherwise.
    /// </summary>
    [Id(7)] public string UnitName { get; init; } = "";

    /// <summary>True: the limit is on trial. It is evaluated, counted and reported, and refuses nobody.</summary>
    [Id(8)] public bool Shadow { get; init; }

    /// <summary>Which calls it counts; null is all.</summary>
    [Id(9)] public ScopeDefinition? Scope { get; init; }
}

/// <summary>
/// Which calls a limit counts: those that fit one entry of each list that is not empty. At most 64 entries a list.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.ScopeDefinition")]
public sealed record ScopeDefinition
{
    /// <summary>Names of models, or beginnings followed by '*'.</summary>
    [Id(0)] public string[] Models { get; init; } = [];

    /// <summary>Paths behind <c>/v1/</c>, such as <c>chat/completions</c>.</summary>
    [Id(1)] public string[] Endpoints { get; init; } = [];

    /// <summary>Versions of the client's keys; 1 or more.</summary>
    [Id(2)] public int[] KeyVersions { get; init; } = [];

    /// <summary>Networks, such as <c>10.0.0.0/8</c>.</summary>
    [Id(3)] public string[] Addresses { get; init; } = [];

    /// <summary>By what the lists hold.</summary>
    public bool Equals(ScopeDefinition? other) =>
        other is not null
        && Models.SequenceEqual(other.Models)
        && Endpoints.SequenceEqual(other.Endpoints)
        && KeyVersions.SequenceEqual(other.KeyVersions)
        && Addresses.SequenceEqual(other.Addresses);

    /// <inheritdoc />
    public override int GetHashCode() =>
        HashCode.Combine(Models.Length, Endpoints.Length, KeyVersions.Length, Addresses.Length);
}
