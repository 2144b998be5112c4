using System.Security.Cryptography;
using System.Text;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Keys;
using Sluice.Rules.Policies;
using Sluice.Silo.Storage.Audit;

namespace Sluice.Silo.Admin;

/// <summary>What a call needs beyond what its method says.</summary>
internal sealed record NeededPermission(Permission Permission);

/// <summary>Who administrates. A feature of each request that has passed.</summary>
internal sealed record Administrator(string ClientId, int KeyVersion, string Role);

/// <summary>
/// Who administrates, and may they? Admin keys are client keys whose client has a role; looking needs one permission,
/// changing another.
/// </summary>
internal sealed class AdminKeyMiddleware(RequestDelegate next, IClusterClient cluster)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization;
        var text = authorization.Count == 1
            && authorization[0]!.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
                ? authorization[0]!["Bearer ".Length..].Trim()
                : "";
        if (KeyText.TryParse(text, out var key) is not KeyTextFault.None)
        {
            await RefuseAsync(context, "Send an admin key as 'Authorization: Bearer slk_…'.");
            return;
        }

        var identified = await cluster.GetGrain<IClientAdmission>(key.ClientId).Identify(new IdentifyRequest
        {
            KeyVersion = key.Version,
            SecretDigest = SHA256.HashData(Encoding.ASCII.GetBytes(key.Secret)),
        });
        if (identified.Verdict is not Verdict.Admitted)
        {
            await RefuseAsync(context, $"The admin key is refused: {identified.Verdict}.");
            return;
        }

        var method = context.Request.Method;
        var looking = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        var needed = context.GetEndpoint()?.Metadata.GetMetadata<NeededPermission>()?.Permission
            ?? (looking ? Permission.Read : Permission.Change);
        if (!Roles.May(identified.Role, needed))
        {
            await TypedResults.Problem(
                $"The role '{identified.Role}' may not {needed.ToString().ToLowerInvariant()} through the admin API.",
                statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
            return;
        }

        RequestContext.Set(AuditWriter.ActorKey, $"client/{key.ClientId}/{key.Version}");
        context.Features.Set(new Administrator(key.ClientId, key.Version, identified.Role));
        await next(context);
    }

    private static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return TypedResults.Problem(reason, statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(context);
    }
}
