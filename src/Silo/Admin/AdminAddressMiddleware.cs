using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Sluice.Grains.Plans;
using Sluice.Rules.Credentials;

namespace Sluice.Silo.Admin;

/// <summary>
/// From where? Who comes from no network of operators learns nothing here, whatever key it has, and is counted for the
/// audit trail. Probes of health are answered: they come from the orchestrator's nodes.
/// </summary>
internal sealed class AdminAddressMiddleware(
    RequestDelegate next, IOptions<SiloOptions> options, AdminGuard guard)
{
    private readonly AddressList? _networks = AddressList.Of(
        options.Value.AdminNetworks.Select(ScopeMapping.ToNetwork).ToImmutableArray());

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        var address = context.ClientAddress();
        if (_networks is null || path == "/healthz" || path == "/readyz" || _networks.Allows(address))
        {
            return next(context);
        }

        guard.Refused(AddressPrefix.Of(address), CredentialRefusal.Elsewhere, clientId: null);
        return TypedResults.Problem(
            "Operators do not come from your address here. Silo:AdminNetworks says from where they do.",
            statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
    }
}

/// <summary>Where an operator is.</summary>
internal static class OperatorAddress
{
    /// <summary>The address that connects; see <see cref="AddressPrefix.NumberOf"/>.</summary>
    public static UInt128 ClientAddress(this HttpContext context)
    {
        Span<byte> bytes = stackalloc byte[16];
        return context.Connection.RemoteIpAddress is { } address && address.TryWriteBytes(bytes, out var length)
            ? AddressPrefix.NumberOf(bytes[..length])
            : UInt128.Zero;
    }
}
