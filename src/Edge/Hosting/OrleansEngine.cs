using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Sluice.OrleansHosting;
using Sluice.Telemetry;

namespace Sluice.Edge.Hosting;

/// <summary>Reaches the grains as a client of Microsoft.Orleans. Its twin has the same members.</summary>
internal static class Engine
{
    public static void AddEngine(this WebApplicationBuilder builder)
    {
        var (options, tls) = OrleansSettings.Read<OrleansOptions>(
            builder.Configuration, complete: _ => { }, mistakesIn: _ => []);
        builder.Services.AddOrleansClient(client => AddCluster(client, options));
        builder.Services.HoldBackEngine();
        builder.Services.AddOrleansClient(client => AddParts(client, options, tls));
    }

    /// <summary>Connects, and tries again until there is a silo or the start is given up.</summary>
    public static Task StartAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.Engine().StartAsync(cancellationToken);

    public static Task StopAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.Engine().StopAsync(cancellationToken);

    /// <summary>
    /// What an operator can act on in what the engine throws at its start; null for a mistake of ours.
    /// </summary>
    public static string? Sentence(Exception exception) =>
        exception is OptionsValidationException mistakes ? string.Join(' ', mistakes.Failures) : null;

    private static void AddCluster(IClientBuilder client, OrleansOptions options)
    {
        client.Configure<ClusterOptions>(options.Apply);
        _ = options.Clustering switch
        {
            "Redis" => client.UseRedisClustering(options.RedisConnection),
            "AdoNet" => client.UseAdoNetClustering((AdoNetClusteringClientOptions clustering) =>
                (clustering.Invariant, clustering.ConnectionString) = ("Npgsql", options.DatabaseConnection)),
            _ => client.UseLocalhostClustering(
                options.GatewayPort, options.ServiceId, options.ClusterId),
        };
    }

    private static void AddParts(IClientBuilder client, OrleansOptions options, ClusterTlsOptions tls)
    {
        client.Configure<ClientMessagingOptions>(options.Apply);
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(10));
        client.AddActivityPropagation();
        client.AddOutgoingGrainCallFilter<OrleansRetry>();
        client.Services.AddSingleton(
            new TelemetrySources { Meters = ["Microsoft.Orleans"], Activities = ["Microsoft.Orleans.*"] });
        client.Services.AddSingleton<IClientConnectionRetryFilter, OrleansConnectRetry>();
        if (tls.IsSet)
        {
            client.UseTls(new ClusterTls(tls).Configure);
        }
    }
}
