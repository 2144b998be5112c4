using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules;
using Sluice.Rules.Policies;
using Sluice.Silo.Access;

namespace Sluice.Silo.Admin;

/// <summary>
/// What the endpoints ask of whoever calls, where the thing in question stands in the request itself. What is not
/// within reach is answered as if it were not there: that it is there is none of his business.
/// </summary>
internal static class AdminAccess
{
    public static Administrator Administrator(this HttpContext context) =>
        context.Features.GetRequiredFeature<Administrator>();

    /// <summary>Whether a permission reaches a client; true also where there is no such client.</summary>
    public static async Task<bool> ReachesClientAsync(
        this HttpContext context, string permission, string clientId, IClusterClient cluster)
    {
        var who = context.Administrator();
        return who.Grants.ReachOf(permission) is Reach.Everywhere
            || !Names.IsClientId(clientId)
            || await cluster.GetGrain<IClientAdministration>(clientId).Describe() is not { } client
            || who.Reaches(permission, client.Tenant);
    }

    /// <summary>Null, or what whoever lacks a permission for some of a request is told.</summary>
    public static ProblemHttpResult? RefusalOf(this HttpContext context, string permission, string tenant, string what)
    {
        var who = context.Administrator();
        return who.Reaches(permission, tenant) ? null : Lacking(context, permission, $"{what} needs {permission}.");
    }

    /// <summary>
    /// Null, or 401 for whoever did not prove lately enough who he is, where the permission wants that (RFC 9470).
    /// </summary>
    public static ProblemHttpResult? StalenessOf(this HttpContext context, string permission)
    {
        var (who, services) = (context.Administrator(), context.RequestServices);
        var ageMax = services.GetRequiredService<IOptions<AccessOptions>>().Value.FreshAuthentication;
        if (!Permissions.WantsFreshAuthentication(permission)
            || !who.ByAccessToken
            || FreshAuthentication.IsFresh(
                who.AuthenticatedAt, ageMax, services.GetRequiredService<TimeProvider>().GetUtcNow()))
        {
            return null;
        }

        var seconds = ((long)ageMax.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.WWWAuthenticate = "Bearer error=\"insufficient_user_authentication\", "
            + $"error_description=\"sign in again\", max_age={seconds}";
        return TypedResults.Problem(
            $"{permission} is for whoever signed in within the last {seconds} s, and the token does not say so. Sign "
            + "in again.",
            statusCode: StatusCodes.Status401Unauthorized);
    }

    /// <summary>403, with what RFC 6750 wants beside it.</summary>
    public static ProblemHttpResult Lacking(HttpContext context, string permission, string why)
    {
        context.Response.Headers.WWWAuthenticate =
            $"Bearer error=\"insufficient_scope\", error_description=\"needs the permission {permission}\"";
        return TypedResults.Problem(why, statusCode: StatusCodes.Status403Forbidden);
    }
}
