using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Sluice.Silo.Admin;

/// <summary>Whether an answer may hold a secret: not where others on the way can read it.</summary>
internal static class SecretChannel
{
    /// <summary>Null when it may. Asked before anything is made or changed.</summary>
    public static ProblemHttpResult? Refusal(HttpContext context, SiloOptions options) =>
        context.Request.IsHttps || options.TlsInFront || IsThisMachine(context.Connection.RemoteIpAddress)
            ? null
            : TypedResults.Problem(
                "Secrets are told over TLS, or to this machine itself, and this request came over plain HTTP from "
                + "elsewhere. Ask from the silo's own machine, or put a proxy that ends TLS in front of the admin API "
                + "and set Silo:TlsInFront to true. Nothing was changed.",
                statusCode: StatusCodes.Status403Forbidden);

    private static bool IsThisMachine(IPAddress? from) =>
        from is not null && IPAddress.IsLoopback(from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from);
}
