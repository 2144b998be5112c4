using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sluice.Daemon.Settings;
using Sluice.Grains.Federation;

namespace Sluice.Silo.Federation;

/// <summary>Registers what asks identity providers.</summary>
internal static class FederationServices
{
    public static void AddFederation(this IServiceCollection services)
    {
        services.AddSettings<FederationOptions>("Federation");
        services.TryAddSingleton<Func<string, CancellationToken, Task<IPAddress[]>>>(Dns.GetHostAddressesAsync);
        services.TryAddSingleton<ProviderConnections>();
        services.TryAddSingleton<IProviderKeySource, ProviderKeySource>();
        services.TryAddSingleton<IProviderRequests, ProviderRequests>();
    }
}
