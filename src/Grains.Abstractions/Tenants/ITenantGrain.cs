using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;

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

    /// <summary>
    /// The tenant as stored, null when there is none. From now on the client is told of changes through
    /// <see cref="ITenantSubscriber"/> until it is gone. Interleaves, so that a client can activate while a change
    /// waits.
    /// </summary>
    [Alias("Subscribe"), AlwaysInterleave]
    ValueTask<TenantDefinition?> Subscribe(string clientId);

    /// <summary>What the tenant's clients have in use of its limits now; null when there is no such tenant.</summary>
    [Alias("Inspect"), AlwaysInterleave]
    ValueTask<TenantLiveState?> Inspect();
}

/// <summary>A client that wants to know when its tenant changes.</summary>
[Alias("sluice.ITenantSubscriber")]
public interface ITenantSubscriber : IGrainWithStringKey
{
    /// <summary>The tenant is now this one. A version below the one already known is ignored.</summary>
    /// <returns>False when the client is gone and need not be told again.</returns>
    [Alias("TenantChanged"), AlwaysInterleave]
    ValueTask<bool> TenantChanged(TenantDefinition tenant);
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

    /// <summary>
    /// The IANA name of the time zone that its and its clients' calendar quotas are counted by, such as
    /// <c>Europe/Berlin</c>; empty is UTC.
    /// </summary>
    [Id(4)] public string TimeZone { get; init; } = "";

    /// <summary>At most 64 limits with distinct names, which all its clients together are held to.</summary>
    [Id(6)] public LimitDefinition[] Limits { get; init; } = [];

    /// <summary>
    /// Origins of pages that may call as its clients from browsers, such as <c>https://chat.example.com</c>; at most
    /// 64. None: no page may.
    /// </summary>
    [Id(11)] public string[] Origins { get; init; } = [];

    /// <summary>Counts the changes of this tenant; given by the tenant, 0 in a request.</summary>
    [Id(8)] public long Version { get; init; }
}

/// <summary>A tenant in memory.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantLiveState")]
public sealed record TenantLiveState
{
    /// <summary>The activation that counts; 0 when the tenant has never had limits.</summary>
    [Id(0)] public required long Epoch { get; init; }

    /// <summary>The version in force.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>Its limits, each with what is used of it.</summary>
    [Id(2)] public required LimitLiveState[] Limits { get; init; }

    /// <summary>Calls of all its clients that run now, by what it was told; 0 or more.</summary>
    [Id(3)] public required int Calls { get; init; }

    /// <summary>Clients that will be told of a change at once.</summary>
    [Id(4)] public required int Subscribers { get; init; }
}
