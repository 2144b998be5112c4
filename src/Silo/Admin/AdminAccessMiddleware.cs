using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules;
using Sluice.Rules.Policies;
using Sluice.Silo.Access;
using Sluice.Silo.Storage.Audit;

namespace Sluice.Silo.Admin;

/// <summary>Who administrates, and may they? <see cref="AdminRoutes"/> says what each route needs.</summary>
/// <param name="next">What comes behind.</param>
/// <param name="credentials">Who comes with which credential.</param>
/// <param name="roles">The roles that there are.</param>
/// <param name="cluster">Knows whose a client is.</param>
/// <param name="always">What each call needs, where routes are not those of the admin API; null: they are.</param>
internal sealed class AdminAccessMiddleware(
    RequestDelegate next, AdminCredentials credentials, RoleBook roles, IClusterClient cluster,
    RouteRule? always = null)
{
    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext context)
    {
        var text = context.Request.Headers.Authorization is [{ } header]
            && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? header[Scheme.Length..].Trim()
                : "";
        var answer = await credentials.ReadAsync(text, context.ClientAddress());
        if (answer.Who is not { } who)
        {
            await (answer.Wait > TimeSpan.Zero
                ? HoldBackAsync(context, answer)
                : ChallengeAsync(
                    context, text.Length == 0 ? "Bearer" : "Bearer error=\"invalid_token\"", answer.Sentence));
            return;
        }

        var rule = always ?? AdminRoutes.Of(context.GetEndpoint(), context.Request.Method);
        if (await RefusalOfAsync(context, who, rule) is { } refused)
        {
            await refused.ExecuteAsync(context);
            return;
        }

        context.Features.Set(who);
        if (rule is not null && context.StalenessOf(rule.Permission) is { } stale)
        {
            await stale.ExecuteAsync(context);
            return;
        }

        RequestContext.Set(AuditWriter.ActorKey, who.Actor);
        await next(context);
    }

    private async Task<ProblemHttpResult?> RefusalOfAsync(HttpContext context, Administrator who, RouteRule? rule)
    {
        var names = who.Grants.Names.Length == 0 ? "no role" : $"the role '{who.Grants.Names}'";
        if (rule is null)
        {
            // No route: who is no operator need not learn so. A route without a rule: nobody said who may.
            return (context.GetEndpoint() is RouteEndpoint ? who.Grants.IsEverything : who.Grants.HasPermissions)
                ? null
                : AdminAccess.Lacking(context, "*", $"You have {names}, which may not do this through the admin API.");
        }

        var reach = who.Grants.ReachOf(rule.Permission);
        if (reach is Reach.Nowhere || (reach is Reach.OwnTenant && rule.Owner is Owner.Platform))
        {
            return AdminAccess.Lacking(
                context, rule.Permission,
                $"You have {names}, without the permission {rule.Permission}"
                + (reach is Reach.Nowhere ? "." : " for what belongs to no tenant."));
        }

        return rule.Owner switch
        {
            Owner.Tenant when context.GetRouteValue("tenant") is string tenant
                && !who.Reaches(rule.Permission, tenant) => AdminResults.NotFound($"tenant '{tenant}'"),
            Owner.Client when context.GetRouteValue("id") is string id && Names.IsClientId(id)
                && !who.Grants.IsEverything => await RefusalOfClientAsync(context, who, rule.Permission, id),
            _ => null,
        };
    }

    /// <summary>
    /// Whoever changes a client, or comes by its keys, could do with it whatever it may do: so nobody may who could not
    /// do that himself.
    /// </summary>
    private async Task<ProblemHttpResult?> RefusalOfClientAsync(
        HttpContext context, Administrator who, string permission, string id)
    {
        if (await cluster.GetGrain<IClientAdministration>(id).Describe() is not { } client)
        {
            return null; // The endpoint says that there is none.
        }

        if (!who.Reaches(permission, client.Tenant))
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        return Permissions.IsRead(permission) || who.Grants.Cover(roles.Of(client.Role), client.Tenant == who.Tenant)
            ? null
            : AdminAccess.Lacking(
                context, permission, $"The client has the role '{client.Role}', which may more than you may.");
    }

    private static Task HoldBackAsync(HttpContext context, CredentialAnswer answer)
    {
        context.Response.Headers.RetryAfter =
            Math.Max(1, (long)Math.Ceiling(answer.Wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(answer.Sentence, statusCode: StatusCodes.Status429TooManyRequests)
            .ExecuteAsync(context);
    }

    private static Task ChallengeAsync(HttpContext context, string challenge, string reason)
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return TypedResults.Problem(reason, statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(context);
    }
}
