using Orleans.Configuration;
using Sluice.Daemon.Settings;
using Sluice.OrleansHosting;
using Sluice.Telemetry;

namespace Sluice.Edge.Hosting;

/// <summary>Reaches the grains as a client of Microsoft.Orleans. Its twin has the same members.</summary>
internal static class Engine
{
    /// <summary>Describes the settings that an engine has.</summary>
    public static void Describe(SettingCatalog catalog)
    {
        ClusterSettings.Describe(catalog);
        OrleansSettings.Describe<OrleansOptions>(catalog);
    }

    public static void AddEngine(this WebApplicationBuilder builder)
    {
        var cluster = new ClusterSettings();
        builder.Configuration.GetSection("Cluster").Bind(cluster);
        var tls = new ClusterTls(cluster.Tls);
        builder.Services.AddSingleton(tls);
        if (builder.AddSettings<OrleansOptions>(complete: _ => { }) is not { } options)
        {
            return; // Whoever starts the host hears why.
        }

        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.Services.AddOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(orleans => options.Apply(orleans, cluster));
            AddCluster(client, options, cluster.Id);
        });
        builder.Services.HoldBackEngine();
        builder.Services.AddOrleansClient(client => AddParts(client, options, tls));
        builder.Services.AddSingleton<OrleansGateways>();
        builder.Services.AddSingleton<IReadinessCheck>(services => services.GetRequiredService<OrleansGateways>());
    }

    /// <summary>Connects, and tries again until there is a silo or the start is given up.</summary>
    public static Task StartAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        services.CheckSettings<OrleansOptions>();
        services.GetRequiredService<ClusterTls>().Check();
        return services.Engine().StartAsync(cancellationToken);
    }

    public static Task StopAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.Engine().StopAsync(cancellationToken);

    /// <summary>
    /// What an operator can act on in what the engine throws at its start; null for a mistake of ours.
    /// </summary>
    public static string? Sentence(Exception exception) => EngineRefusedException.Sentence(exception);

    /// <summary>What is wrong with the way to the silos.</summary>
    public static IEnumerable<string> MistakesIn(EdgeProcessOptions options)
    {
        if (options.Seeds.Count > 0)
        {
            yield return "Edge:Seeds is of the built-in engine; this edge runs on Orleans, and finds silos where "
                + "Orleans:Clustering says.";
        }
    }

    private static void AddCluster(IClientBuilder client, OrleansOptions options, string clusterId) =>
        _ = options.Clustering switch
        {
            "Redis" => client.UseRedisClustering(options.RedisConnection),
            "AdoNet" => client.UseAdoNetClustering((AdoNetClusteringClientOptions clustering) =>
                (clustering.Invariant, clustering.ConnectionString) = ("Npgsql", options.DatabaseConnection)),
            _ => client.UseLocalhostClustering(options.GatewayPort, options.ServiceId, clusterId),
        };

    private static void AddParts(IClientBuilder client, OrleansOptions options, ClusterTls tls)
    {
        client.Configure<ClientMessagingOptions>(options.Apply);
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(10));
        client.AddActivityPropagation();
        client.AddOutgoingGrainCallFilter<OrleansRetry>();
        client.AddGatewayCountChangedHandler(services => services.GetRequiredService<OrleansGateways>().Changed);
        client.Services.AddSingleton(
            new TelemetrySources { Meters = ["Microsoft.Orleans"], Activities = ["Microsoft.Orleans.*"] });
        client.Services.AddSingleton<IClientConnectionRetryFilter, OrleansConnectRetry>();
        if (tls.IsSet)
        {
            client.Configure<ClientConnectionOptions>(connections =>
                connections.ConfigureConnection(connection => connection.UseClientTls(tls.ToSilos())));
        }
    }
}
