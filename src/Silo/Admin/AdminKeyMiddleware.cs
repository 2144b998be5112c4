using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Credentials;
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
internal sealed class AdminKeyMiddleware(RequestDelegate next, IClusterClient cluster, AdminGuard guard)
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
            guard.Refused(
                PrefixOf(context), text.Length == 0 ? CredentialRefusal.Absent : CredentialRefusal.Malformed, null);
            await RefuseAsync(context, "Send an admin key as 'Authorization: Bearer slk_…'.");
            return;
        }

        var digest = SHA256.HashData(Encoding.ASCII.GetBytes(key.Secret));
        var wait = guard.WaitOf(PrefixOf(context), key.ClientId, key.Version, digest);
        if (wait > TimeSpan.Zero)
        {
            guard.Refused(PrefixOf(context), CredentialRefusal.HeldBack, key.ClientId);
            await HoldBackAsync(context, wait);
            return;
        }

        var identified = await cluster.GetGrain<IClientAdmission>(key.ClientId).Identify(new IdentifyRequest
        {
            KeyVersion = key.Version,
            SecretDigest = digest,
        });
        if (identified.Verdict is not Verdict.Admitted)
        {
            guard.Refused(PrefixOf(context), RefusalOf(identified.Verdict), key.ClientId);
            await RefuseAsync(context, $"The admin key is refused: {identified.Verdict}.");
            return;
        }

        guard.Found(key.ClientId, key.Version, digest);

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

    private static AddressPrefix PrefixOf(HttpContext context) =>
        AddressPrefix.OfBytes(context.Connection.RemoteIpAddress?.GetAddressBytes() ?? []);

    private static CredentialRefusal RefusalOf(Verdict verdict) => verdict switch
    {
        Verdict.KeyRevoked => CredentialRefusal.Revoked,
        Verdict.KeyExpired => CredentialRefusal.Expired,
        Verdict.KeyRetired or Verdict.KeyNotYetActive => CredentialRefusal.OutOfUse,
        Verdict.ClientSuspended => CredentialRefusal.Suspended,
        _ => CredentialRefusal.Unknown,
    };

    private static Task HoldBackAsync(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter =
            Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(
            "Too many wrong keys came from your network. Keys that were in use here before are looked at; try again "
            + "later.",
            statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(context);
    }

    private static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return TypedResults.Problem(reason, statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(context);
    }
}
