using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Sluice.OrleansHosting;
using Sluice.Silo.Storage.PostgreSql;
using Sluice.Silo.Storage.States;
using Sluice.Telemetry;

namespace Sluice.Silo.Hosting;

/// <summary>Starts and stops the grains on Microsoft.Orleans. Its twin has the same members.</summary>
internal static class Engine
{
    /// <summary>How ADO.NET calls PostgreSQL.</summary>
    private const string PostgreSql = "Npgsql";

    public static void AddEngine(this WebApplicationBuilder builder)
    {
        var (options, tls) = OrleansSettings.Read<OrleansSiloOptions>(
            builder.Configuration,
            options => options.DatabaseConnection = DatabaseOf(options, builder.Configuration),
            options => options.Mistakes());
        builder.Services.AddOrleans(silo => AddCluster(silo, options));
        builder.Services.HoldBackEngine();
        builder.Services.AddOrleans(silo => AddParts(silo, options, tls));
    }

    /// <summary>A silo of Orleans is always one of a cluster: <see cref="AddEngine"/> has done it.</summary>
    public static void AddCluster(this WebApplicationBuilder builder) => _ = builder;

    /// <summary>Never completes: a silo that Orleans' membership declares dead ends its process by itself.</summary>
    public static Task<string> EvictedAsync(IServiceProvider services)
    {
        _ = services;
        return new TaskCompletionSource<string>().Task;
    }

    /// <summary>
    /// What an operator can act on in what the engine throws at its start; null for a mistake of ours.
    /// </summary>
    public static string? Sentence(Exception exception) =>
        exception is OptionsValidationException mistakes ? string.Join(' ', mistakes.Failures) : null;

    /// <summary>Joins the cluster; from here on grains answer.</summary>
    public static Task StartAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.Engine().StartAsync(cancellationToken);

    /// <summary>Leaves the cluster: grains end what they do and store what they count.</summary>
    public static Task StopAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.Engine().StopAsync(cancellationToken);

    private static void AddCluster(ISiloBuilder silo, OrleansSiloOptions options)
    {
        silo.Configure<ClusterOptions>(options.Apply);
        _ = options.Clustering switch
        {
            "Redis" => silo.UseRedisClustering(options.RedisConnection),
            "AdoNet" => silo.UseAdoNetClustering((AdoNetClusteringSiloOptions clustering) =>
                (clustering.Invariant, clustering.ConnectionString) = (PostgreSql, options.DatabaseConnection)),
            _ => silo.UseLocalhostClustering(
                options.SiloPort, options.GatewayPort, null, options.ServiceId, options.ClusterId),
        };
        if (options.Clustering is not "Localhost")
        {
            silo.Configure<EndpointOptions>(endpoints => Apply(options, endpoints));
        }
    }

    private static void AddParts(ISiloBuilder silo, OrleansSiloOptions options, ClusterTlsOptions tls)
    {
        silo.Configure<SiloMessagingOptions>(options.Apply);
        silo.Configure<ClusterMembershipOptions>(membership => Apply(options, membership));
        silo.AddActivityPropagation();
        silo.Services.AddSingleton(
            new TelemetrySources { Meters = ["Microsoft.Orleans"], Activities = ["Microsoft.Orleans.*"] });

        // A state that names no provider asks for the service without a key.
        silo.Services.TryAddSingleton<IGrainStorage>(provider => provider.GetRequiredService<DatabaseGrainStorage>());
        foreach (var name in options.AdoNetStorage)
        {
            silo.AddAdoNetGrainStorage(name, (AdoNetGrainStorageOptions storage) =>
                (storage.Invariant, storage.ConnectionString) = (PostgreSql, options.DatabaseConnection));
        }

        _ = options.Reminders is "AdoNet"
            ? silo.UseAdoNetReminderService((AdoNetReminderTableOptions reminders) =>
                (reminders.Invariant, reminders.ConnectionString) = (PostgreSql, options.DatabaseConnection))
            : silo.UseInMemoryReminderService();
        if (tls.IsSet)
        {
            silo.UseTls(new ClusterTls(tls).Configure);
        }

        if (options.Dashboard)
        {
            silo.AddOrleansDashboard();
        }
    }

    /// <summary>
    /// A silo that hangs is protected by what its connections said lately, for three times the longest probe, so the
    /// longest is not left at four times the first. Signs of life are written often, because a cluster that crashed as
    /// a whole restarts only when those in the table are old.
    /// </summary>
    private static void Apply(OrleansSiloOptions options, ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = options.ProbeTimeout;
        membership.MaxProbeTimeout = options.ProbeTimeout;
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
    }

    private static void Apply(OrleansSiloOptions options, EndpointOptions endpoints)
    {
        var listen = IPAddress.Parse(options.ListenAddress);
        endpoints.SiloPort = options.SiloPort;
        endpoints.GatewayPort = options.GatewayPort;
        endpoints.SiloListeningEndpoint = new IPEndPoint(listen, options.SiloPort);
        endpoints.GatewayListeningEndpoint = new IPEndPoint(listen, options.GatewayPort);
        if (options.AdvertisedAddress.Length > 0)
        {
            endpoints.AdvertisedIPAddress = IPAddress.Parse(options.AdvertisedAddress);
        }
    }

    /// <summary>Orleans' own tables stand beside ours unless they are told to stand elsewhere.</summary>
    private static string DatabaseOf(OrleansSiloOptions options, ConfigurationManager configuration)
    {
        if (options.DatabaseConnection.Length > 0)
        {
            return options.DatabaseConnection;
        }

        var url = configuration["Storage:DatabaseUrl"] is { Length: > 0 } ours ? ours : configuration["DATABASE_URL"];
        return url is { Length: > 0 } ? DatabaseUrl.Read(url).Settings?.ConnectionString ?? "" : "";
    }
}
