namespace Sluice.Grains.Abstractions.Clients;

/// <summary>By which changes something was decided that an edge remembers, so that a later change can end it.</summary>
[GenerateSerializer, Immutable, Alias("sluice.PolicyStamp")]
public sealed record PolicyStamp
{
    /// <summary>The client's change in force; 1 or more, 0 when it is not known.</summary>
    [Id(0)] public long ClientChange { get; init; }

    /// <summary>Its tenant.</summary>
    [Id(1)] public string Tenant { get; init; } = "";

    /// <summary>The tenant's version in force; 0 when there is no such tenant.</summary>
    [Id(2)] public long TenantVersion { get; init; }

    /// <summary>Its plan.</summary>
    [Id(3)] public string Plan { get; init; } = "";

    /// <summary>The plan's version in force; 0 when it is not known.</summary>
    [Id(4)] public long PlanVersion { get; init; }
}
