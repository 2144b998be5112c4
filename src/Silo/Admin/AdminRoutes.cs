using System.Collections.Frozen;
using Microsoft.AspNetCore.Routing.Patterns;
using static Sluice.Rules.Policies.Permissions;

namespace Sluice.Silo.Admin;

/// <summary>Whose a thing is that a route is about.</summary>
internal enum Owner
{
    /// <summary>The platform's: only a permission that reaches everywhere is good for it.</summary>
    Platform,

    /// <summary>Nobody's, and no secret: any reach is good for it.</summary>
    Nobody,

    /// <summary>That of the tenant in the path.</summary>
    Tenant,

    /// <summary>That of the tenant of the client in the path.</summary>
    Client,

    /// <summary>What the request names, or a list: the endpoint asks, see <see cref="AdminAccess"/>.</summary>
    Named,
}

/// <param name="Permission">What a call of the route needs, see <see cref="Rules.Policies.Permissions"/>.</param>
/// <param name="Owner">Whose the thing is.</param>
internal sealed record RouteRule(string Permission, Owner Owner);

/// <summary>
/// What each route of the admin API needs, in one place. A route that does not stand here is for admins.
/// </summary>
internal static class AdminRoutes
{
    /// <summary>By method and pattern, as <see cref="KeyOf"/> writes them.</summary>
    public static readonly FrozenDictionary<string, RouteRule> All = new Dictionary<string, RouteRule>
    {
        ["GET /tenants"] = new(TenantsRead, Owner.Named),
        ["POST /tenants"] = new(TenantsWrite, Owner.Platform),
        ["GET /tenants/{tenant}"] = new(TenantsRead, Owner.Tenant),
        ["GET /tenants/{tenant}/state"] = new(TenantsRead, Owner.Tenant),
        ["PUT /tenants/{tenant}"] = new(TenantsWrite, Owner.Tenant),
        ["GET /tenants/{tenant}/providers"] = new(TenantsRead, Owner.Tenant),

        // What a provider's people may do is said there, roles too: whoever may say that is no tenant's.
        ["PUT /tenants/{tenant}/providers/{provider}"] = new(RolesWrite, Owner.Platform),
        ["DELETE /tenants/{tenant}/providers/{provider}"] = new(RolesWrite, Owner.Platform),
        ["GET /plans"] = new(PlansRead, Owner.Platform),
        ["POST /plans"] = new(PlansWrite, Owner.Platform),
        ["GET /plans/{plan}"] = new(PlansRead, Owner.Platform),
        ["PUT /plans/{plan}"] = new(PlansWrite, Owner.Platform),
        ["GET /roles"] = new(RolesRead, Owner.Nobody),
        ["GET /clients"] = new(ClientsRead, Owner.Named),
        ["POST /clients"] = new(ClientsWrite, Owner.Named),
        ["GET /clients/{id}"] = new(ClientsRead, Owner.Client),
        ["PATCH /clients/{id}"] = new(ClientsWrite, Owner.Client),
        ["GET /clients/{id}/state"] = new(ClientsRead, Owner.Client),
        ["GET /clients/{id}/slots"] = new(ClientsRead, Owner.Client),
        ["DELETE /clients/{id}/slots/{requestId}"] = new(SlotsRelease, Owner.Client),
        ["GET /clients/{id}/keys"] = new(KeysRead, Owner.Client),
        ["POST /clients/{id}/keys"] = new(KeysIssue, Owner.Client),
        ["PATCH /clients/{id}/keys/{version:int}"] = new(KeysRotate, Owner.Client),
        ["POST /clients/{id}/keys/{version:int}/revoke"] = new(KeysRevoke, Owner.Client),
        ["POST /clients/{id}/keys/{keyId}/rotations"] = new(KeysRotate, Owner.Client),
        ["POST /clients/{id}/keys/{keyId}/emergency"] = new(KeysRotate, Owner.Client),
        ["GET /clients/{id}/keys/{keyId}/rotations/{rotationId}/secret"] = new(KeysReveal, Owner.Client),
        ["POST /clients/{id}/keys/{keyId}/rotations/{rotationId}/ack"] = new(KeysRotate, Owner.Client),
        ["POST /clients/{id}/keys/{keyId}/rotations/{rotationId}/cancel"] = new(KeysRotate, Owner.Client),
        ["GET /clients/{id}/public-keys"] = new(KeysRead, Owner.Client),
        ["PUT /clients/{id}/public-keys"] = new(KeysRotate, Owner.Client),
        ["GET /clients/{id}/login"] = new(ClientsRead, Owner.Client),

        // Whoever says where people are sent back to could have them sent to himself, with the roles that they have.
        ["PUT /clients/{id}/login"] = new(RolesWrite, Owner.Platform),
        ["DELETE /clients/{id}/login"] = new(RolesWrite, Owner.Platform),
        ["GET /deliveries"] = new(KeysRead, Owner.Named),
        ["POST /clients/{id}/tokens/revoke"] = new(TokensRevoke, Owner.Client),
        ["GET /tokens/keys"] = new(TokensRead, Owner.Platform),
        ["POST /tokens/keys/rotate"] = new(TokensRotate, Owner.Platform),
        ["POST /tokens/keys/{keyId}/compromise"] = new(TokensRotate, Owner.Platform),
        ["POST /tokens/revoke"] = new(TokensRevoke, Owner.Named),
        ["GET /decisions/{id}"] = new(DecisionsRead, Owner.Named),
        ["POST /explain"] = new(DecisionsRead, Owner.Named),
        ["GET /usage"] = new(UsageRead, Owner.Named),
        ["GET /usage/events"] = new(UsageRead, Owner.Named),
        ["POST /clients/{id}/usage/reconcile"] = new(UsageReconcile, Owner.Client),
        ["GET /audit"] = new(AuditRead, Owner.Platform),
        ["GET /audit/head"] = new(AuditRead, Owner.Platform),
        ["GET /audit/checkpoints"] = new(AuditRead, Owner.Platform),
        ["GET /audit/keys"] = new(AuditRead, Owner.Platform),
        ["GET /calls"] = new(LogRead, Owner.Platform),
        ["GET /cluster"] = new(ClusterRead, Owner.Platform),
        ["GET /cluster/grains"] = new(ClusterRead, Owner.Platform),
        ["GET /grains/{type}/{**key}"] = new(ClusterRead, Owner.Platform),
        ["GET /backups"] = new(ClusterRead, Owner.Platform),
        ["GET /metrics"] = new(MetricsRead, Owner.Platform),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a call needs; null where no rule stands for its route, or it has none.</summary>
    public static RouteRule? Of(Endpoint? endpoint, string method) =>
        endpoint is RouteEndpoint route ? All.GetValueOrDefault(KeyOf(method, route.RoutePattern)) : null;

    /// <summary>
    /// As the rules are written: the pattern behind <see cref="AdminApi.Path"/>, and GET also for HEAD.
    /// </summary>
    public static string KeyOf(string method, RoutePattern pattern)
    {
        var path = "/" + (pattern.RawText ?? "").Trim('/');
        path = path.StartsWith(AdminApi.Path + "/", StringComparison.Ordinal) ? path[AdminApi.Path.Length..] : path;
        return $"{(HttpMethods.IsHead(method) ? HttpMethods.Get : method)} {path}";
    }
}
