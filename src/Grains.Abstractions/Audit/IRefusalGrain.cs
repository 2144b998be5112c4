namespace Sluice.Grains.Abstractions.Audit;

/// <summary>
/// Takes what one edge tells the audit trail about credentials that it refused. The grain key is the edge's session as
/// a decimal number.
/// </summary>
[Alias("sluice.IRefusalGrain")]
public interface IRefusalGrain : IGrainWithStringKey
{
    /// <summary>
    /// Stores a report before it answers. May be repeated: what is stored already counts once. An exception means that
    /// the outcome is unknown.
    /// </summary>
    /// <exception cref="ArgumentException">It is not what an edge of this session sends.</exception>
    [Alias("Note")]
    Task Note(RefusalReport report);
}

/// <summary>Credentials that an edge refused. The next report is made when this one is stored.</summary>
[GenerateSerializer, Immutable, Alias("sluice.RefusalReport")]
public sealed record RefusalReport
{
    /// <summary>Networks in one report.</summary>
    public const int NetworksMax = 500;

    /// <summary>The edge's session; 1 or more.</summary>
    [Id(0)] public required long EdgeSession { get; init; }

    /// <summary>Counts the reports of the session; 1 or more. A repeat has the same number.</summary>
    [Id(1)] public required long Number { get; init; }

    /// <summary>Refused from this moment on, by the edge's clock.</summary>
    [Id(2)] public required DateTimeOffset From { get; init; }

    /// <summary>And until this one.</summary>
    [Id(3)] public required DateTimeOffset To { get; init; }

    /// <summary>1 to <see cref="NetworksMax"/>.</summary>
    [Id(4)] public required RefusedNetwork[] Networks { get; init; }
}

/// <summary>What came from one network.</summary>
/// <param name="Network">As <c>203.0.113.0/24</c>; <c>unknown</c>, or <c>others</c> for all that had no room.</param>
/// <param name="Counts">How many, by why; at least one.</param>
/// <param name="Clients">Some of the clients that were named.</param>
[GenerateSerializer, Immutable, Alias("sluice.RefusedNetwork")]
public sealed record RefusedNetwork(
    [property: Id(0)] string Network, [property: Id(1)] RefusalCount[] Counts, [property: Id(2)] string[] Clients);

/// <param name="Refusal">Why, as the rules name it.</param>
/// <param name="Count">How many; 1 or more.</param>
[GenerateSerializer, Immutable, Alias("sluice.RefusalCount")]
public readonly record struct RefusalCount([property: Id(0)] string Refusal, [property: Id(1)] long Count);
