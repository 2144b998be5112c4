using System.Collections.Immutable;

namespace Sluice.Rules.Policies;

/// <summary>
/// What somebody may do through the admin API, as plain texts <c>resource:action</c>. The list is closed: a text that
/// does not stand here is a permission of nobody.
/// </summary>
public static class Permissions
{
    public const string TenantsRead = "tenants:read";
    public const string TenantsWrite = "tenants:write";
    public const string PlansRead = "plans:read";
    public const string PlansWrite = "plans:write";
    public const string ClientsRead = "clients:read";

    /// <summary>Make clients, suspend them, let them work again.</summary>
    public const string ClientsWrite = "clients:write";

    /// <summary>Say which plan a client works by, and which limits are its own.</summary>
    public const string LimitsWrite = "limits:write";

    /// <summary>See which roles there are.</summary>
    public const string RolesRead = "roles:read";

    /// <summary>Say which role a client has.</summary>
    public const string RolesWrite = "roles:write";

    /// <summary>Free a slot by hand.</summary>
    public const string SlotsRelease = "slots:release";

    /// <summary>See key versions, never their secrets.</summary>
    public const string KeysRead = "keys:read";

    /// <summary>Make a key that there was none of.</summary>
    public const string KeysIssue = "keys:issue";

    public const string KeysRotate = "keys:rotate";
    public const string KeysRevoke = "keys:revoke";

    /// <summary>Fetch the secret of a rotation.</summary>
    public const string KeysReveal = "keys:reveal";

    /// <summary>See the keys that tokens are signed with, never their secrets.</summary>
    public const string TokensRead = "tokens:read";

    /// <summary>Make the next key that tokens are signed with, or give one up.</summary>
    public const string TokensRotate = "tokens:rotate";

    /// <summary>End tokens before their time.</summary>
    public const string TokensRevoke = "tokens:revoke";

    /// <summary>See why calls were decided as they were, and ask what would be decided.</summary>
    public const string DecisionsRead = "decisions:read";

    public const string UsageRead = "usage:read";

    /// <summary>Correct what quotas count by the usage log.</summary>
    public const string UsageReconcile = "usage:reconcile";

    public const string AuditRead = "audit:read";

    /// <summary>See every request to an edge, with addresses.</summary>
    public const string LogRead = "log:read";

    /// <summary>Look into the running cluster: its silos, and what its grains have in memory.</summary>
    public const string ClusterRead = "cluster:read";

    /// <summary>See the figures of a silo, where they are not open to everybody.</summary>
    public const string MetricsRead = "metrics:read";

    private const string ReadAction = ":read";

    public static readonly ImmutableArray<string> All =
    [
        TenantsRead, TenantsWrite, PlansRead, PlansWrite, ClientsRead, ClientsWrite, LimitsWrite, RolesRead, RolesWrite,
        SlotsRelease, KeysRead, KeysIssue, KeysRotate, KeysRevoke, KeysReveal, TokensRead, TokensRotate, TokensRevoke,
        DecisionsRead, UsageRead, UsageReconcile, AuditRead, LogRead, ClusterRead, MetricsRead,
    ];

    /// <summary>True for what changes nothing and tells no secret.</summary>
    public static bool IsRead(string permission) => permission.EndsWith(ReadAction, StringComparison.Ordinal);

    /// <summary>
    /// True for what has to do with secrets and roles: whoever came by somebody's open session must not get these.
    /// </summary>
    public static bool WantsFreshAuthentication(string permission) => permission
        is KeysIssue or KeysRotate or KeysRevoke or KeysReveal or RolesWrite or TokensRotate or TokensRevoke;

    /// <summary>Whether a pattern stands for a permission: itself, <c>resource:*</c>, <c>*:action</c> or '*'.</summary>
    public static bool Fits(string pattern, string permission) =>
        pattern == "*"
        || pattern == permission
        || (pattern.EndsWith(":*", StringComparison.Ordinal)
            && permission.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal))
        || (pattern.StartsWith("*:", StringComparison.Ordinal)
            && permission.AsSpan().EndsWith(pattern.AsSpan(1), StringComparison.Ordinal));

    /// <summary>True for a pattern that stands for one permission at least.</summary>
    public static bool IsPattern(string pattern) => All.Any(permission => Fits(pattern, permission));
}
