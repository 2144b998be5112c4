namespace Sluice.Grains.Abstractions.Tenants;

/// <summary>
/// A tenant: who its clients belong to. The grain key is the tenant id: 1 to 63 of a-z, 0-9 and '-'.
/// </summary>
/// <remarks>All methods may be repeated. An exception means that the outcome is unknown.</remarks>
[Alias("sluice.ITenantGrain")]
public interface ITenantGrain : IGrainWithStringKey
{
    /// <summary>Makes the tenant; answers <see cref="ChangeOutcome.AlreadyExists"/> if there is one.</summary>
    [Alias("Create")]
    Task<ChangeReply> Create(TenantDefinition tenant);

    /// <summary>Replaces what is said of the tenant.</summary>
    [Alias("Replace")]
    Task<ChangeReply> Replace(TenantDefinition tenant);

    /// <summary>The tenant as stored; null when there is none.</summary>
    [Alias("Describe"), AlwaysInterleave]
    ValueTask<TenantDefinition?> Describe();
}

/// <summary>What is said of a tenant.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantDefinition")]
public sealed record TenantDefinition
{
    /// <summary>The tenant's id: 1 to 63 of a-z, 0-9 and '-'.</summary>
    [Id(0)] public required string Tenant { get; init; }

    /// <summary>A name for people; at most 200 characters, may be empty.</summary>
    [Id(1)] public string DisplayName { get; init; } = "";

    /// <summary>The configuration file that owns the tenant; empty when the admin API does.</summary>
    [Id(2)] public string OwnedBy { get; init; } = "";
}
