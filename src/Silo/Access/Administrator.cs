using Sluice.Rules.Policies;

namespace Sluice.Silo.Access;

/// <summary>Who administrates. A feature of each request that has passed.</summary>
internal sealed record Administrator
{
    /// <summary>As the audit trail says it.</summary>
    public required string Actor { get; init; }

    public required Grants Grants { get; init; }

    /// <summary>The tenant that is one's own; empty for none.</summary>
    public required string Tenant { get; init; }

    /// <summary>
    /// True: who it is was proved earlier and elsewhere, at <see cref="AuthenticatedAt"/>. A key and a configured token
    /// are proof by themselves, each time.
    /// </summary>
    public bool ByAccessToken { get; init; }

    /// <summary>Seconds since 1970; null when nobody says so.</summary>
    public long? AuthenticatedAt { get; init; }

    /// <summary>Whether a permission reaches what belongs to a tenant.</summary>
    public bool Reaches(string permission, string tenant) => Grants.ReachOf(permission) switch
    {
        Reach.Everywhere => true,
        Reach.OwnTenant => Tenant.Length > 0 && Tenant == tenant,
        _ => false,
    };

    /// <summary>The one tenant that a permission reaches; null: all.</summary>
    public string? TenantOf(string permission) =>
        Grants.ReachOf(permission) is Reach.Everywhere ? null : Tenant;
}
