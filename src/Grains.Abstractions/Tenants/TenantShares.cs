using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Grains.Abstractions.Tenants;

/// <summary>A client's exchange of shares with its tenant.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantExchange")]
public sealed record TenantExchange
{
    /// <summary>The client.</summary>
    [Id(0)] public required string ClientId { get; init; }

    /// <summary>
    /// Counted by the client over its activations. What is returned and told under a number is the same whenever it is
    /// told, and counts once.
    /// </summary>
    [Id(1)] public required long Number { get; init; }

    /// <summary>The version of the tenant that the client knows; 1 or more.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>Shares that have ended; at most a few.</summary>
    [Id(3)] public TenantShareReturn[] Returned { get; init; } = [];

    /// <summary>Calls of earlier shares that have ended since; counted after <see cref="Returned"/>.</summary>
    [Id(4)] public Completion[] Ends { get; init; } = [];

    /// <summary>What it needs; null when it wants no share.</summary>
    [Id(5)] public TenantShareDemand? Demand { get; init; }
}

/// <summary>What a client's calls reserved in the last second.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantShareDemand")]
public sealed record TenantShareDemand
{
    /// <summary>Calls; 1 or more.</summary>
    [Id(0)] public required long Requests { get; init; }

    /// <summary>What they cost of each rate of the tenant, then of each quota, by position; 0 or more.</summary>
    [Id(1)] public required long[] Amounts { get; init; }
}

/// <summary>The end of a share.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantShareReturn")]
public sealed record TenantShareReturn
{
    /// <summary>The share.</summary>
    [Id(0)] public required long Number { get; init; }

    /// <summary>What was spent of each part, by position; 0 or more, calls that run on as they were reserved.</summary>
    [Id(1)] public required long[] Spent { get; init; }

    /// <summary>The calls that run on.</summary>
    [Id(2)] public TenantCall[] Running { get; init; } = [];
}

/// <summary>A running call and what it reserved of its tenant's limits.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantCall")]
public sealed record TenantCall
{
    /// <summary>The call, as its edge named it.</summary>
    [Id(0)] public required RequestId RequestId { get; init; }

    /// <summary>Tokens of input; 0 or more.</summary>
    [Id(1)] public long InputTokens { get; init; }

    /// <summary>Tokens of output; 0 or more.</summary>
    [Id(2)] public long OutputTokens { get; init; }

    /// <summary>Images in it; 0 or more.</summary>
    [Id(3)] public long Images { get; init; }

    /// <summary>Pages in it; 0 or more.</summary>
    [Id(4)] public long Pages { get; init; }

    /// <summary>The model that it asked for; empty where no limit of the tenant asks what a call is.</summary>
    [Id(5)] public string Model { get; init; } = "";

    /// <summary>The path behind <c>/v1/</c>; empty when it is not known.</summary>
    [Id(6)] public string Endpoint { get; init; } = "";

    /// <summary>The key version that it was made with; 0 when it is not known.</summary>
    [Id(7)] public int KeyVersion { get; init; }

    /// <summary>As <see cref="AdmitRequest.ClientAddress"/>; 0 when it is not known.</summary>
    [Id(8)] public UInt128 ClientAddress { get; init; }
}

/// <summary>The one answer to a <see cref="TenantExchange"/>.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantExchangeReply")]
public sealed record TenantExchangeReply
{
    /// <summary>As <see cref="TenantHoldReply.Epoch"/>.</summary>
    [Id(0)] public required long Epoch { get; init; }

    /// <summary>As <see cref="TenantHoldReply.Version"/>.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>False: who answered does not count any more. What was returned and told is told again.</summary>
    [Id(2)] public required bool IsTaken { get; init; }

    /// <summary>What the client may spend by itself from now on; null for nothing.</summary>
    [Id(3)] public TenantShareGrant? Share { get; init; }

    /// <summary>How soon it is worth while to ask for a share again; zero: not soon.</summary>
    [Id(4)] public TimeSpan AskAgainAfter { get; init; }
}

/// <summary>A share of a tenant's limits.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TenantShareGrant")]
public sealed record TenantShareGrant
{
    /// <summary>Counted by the tenant over its activations.</summary>
    [Id(0)] public required long Number { get; init; }

    /// <summary>Of each rate of the tenant, then of each quota, by position; 0 or more.</summary>
    [Id(1)] public required long[] Parts { get; init; }

    /// <summary>How long it may be spent, from before it was asked for; longer than zero.</summary>
    [Id(2)] public required TimeSpan Lifetime { get; init; }

    /// <summary>When it was granted: its parts of quotas are of that period.</summary>
    [Id(3)] public required DateTimeOffset GrantedAt { get; init; }

    /// <summary>As <see cref="TenantHoldReply.Requests"/>, when it was granted.</summary>
    [Id(4)] public LimitStatus Requests { get; init; }

    /// <summary>As <see cref="TenantHoldReply.Tokens"/>, when it was granted.</summary>
    [Id(5)] public LimitStatus Tokens { get; init; }
}
