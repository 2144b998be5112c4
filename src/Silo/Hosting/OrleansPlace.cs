using System.Net;
using Orleans.Configuration;

namespace Sluice.Silo.Hosting;

/// <summary>Where a silo stands, and where the silos of its cluster are written down.</summary>
internal static class OrleansPlace
{
    public static void Add(ISiloBuilder silo, OrleansSiloOptions options, SiloProcessOptions place, string clusterId)
    {
        silo.Configure<Orleans.Configuration.SiloOptions>(orleans => orleans.SiloName = place.NameOrMachine);
        _ = options.Clustering switch
        {
            "Redis" => silo.UseRedisClustering(options.RedisConnection),
            "AdoNet" => silo.UseAdoNetClustering((AdoNetClusteringSiloOptions clustering) =>
                (clustering.Invariant, clustering.ConnectionString) = ("Npgsql", options.DatabaseConnection)),
            _ => silo.UseLocalhostClustering(
                place.Port ?? EndpointOptions.DEFAULT_SILO_PORT, place.Port is null ? 0 : options.GatewayPort, null,
                options.ServiceId, clusterId),
        };
        if (options.Clustering is not "Localhost")
        {
            silo.Configure<EndpointOptions>(endpoints => Apply(options, place, endpoints));
        }
    }

    private static void Apply(OrleansSiloOptions options, SiloProcessOptions place, EndpointOptions endpoints)
    {
        var listen = IPAddress.Parse(place.ListenAddress);
        endpoints.SiloPort = place.AdvertisedPort > 0 ? place.AdvertisedPort : place.Port!.Value;
        endpoints.GatewayPort = options.GatewayPort;
        endpoints.SiloListeningEndpoint = new IPEndPoint(listen, place.Port!.Value);
        endpoints.GatewayListeningEndpoint = new IPEndPoint(listen, options.GatewayPort);
        if (place.Address.Length > 0)
        {
            endpoints.AdvertisedIPAddress = AddressOf(place.Address);
        }
    }

    /// <summary>Orleans tells others an IP address and nothing else.</summary>
    private static IPAddress AddressOf(string host) =>
        IPAddress.TryParse(host, out var address) ? address : Dns.GetHostAddresses(host)[0];
}
