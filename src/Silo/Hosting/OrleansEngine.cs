using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Sluice.Daemon.Settings;
using Sluice.OrleansHosting;
using Sluice.Silo.Introspection;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.PostgreSql;
using Sluice.Silo.Storage.States;
using Sluice.Telemetry;

namespace Sluice.Silo.Hosting;

/// <summary>Starts and stops the grains on Microsoft.Orleans. Its twin has the same members.</summary>
internal static class Engine
{
    /// <summary>How ADO.NET calls PostgreSQL.</summary>
    private const string PostgreSql = "Npgsql";

    /// <summary>Describes the settings that an engine has.</summary>
    public static void Describe(SettingCatalog catalog)
    {
        ClusterSettings.Describe(catalog);
        OrleansSiloOptions.Describe(catalog);
    }

    public static void AddEngine(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var cluster = Bind<ClusterSettings>(configuration, "Cluster");
        var place = Bind<SiloProcessOptions>(configuration, "Silo");
        var tls = new ClusterTls(cluster.Tls);
        builder.Services.AddSingleton(tls);
        if (builder.AddSettings<OrleansSiloOptions>(options => Complete(options, place, configuration))
            is not { } options)
        {
            return; // Whoever starts the host hears why.
        }

        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.Logging.AddFilter("Orleans.Runtime.MembershipService", LogLevel.Information);
        builder.Services.AddOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(orleans => options.Apply(orleans, cluster));
            OrleansPlace.Add(silo, options, place, cluster.Id);
        });
        builder.Services.HoldBackEngine();
        builder.Services.AddOrleans(silo => AddParts(silo, options, tls));
    }

    /// <summary>
    /// A silo of Orleans is always one of a cluster; here it says so to those who ask whether it is ready.
    /// </summary>
    public static void AddCluster(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<IReadinessCheck, ClusterCheck>();

    /// <summary>Joins the cluster; from here on grains answer.</summary>
    public static Task StartAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        services.CheckSettings<OrleansSiloOptions>();
        services.GetRequiredService<ClusterTls>().Check();
        return services.Engine().StartAsync(cancellationToken);
    }

    /// <summary>
    /// Leaves the cluster: grains end what they do and store what they count, within Silo:StopTimeout.
    /// </summary>
    public static async Task StopAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var place = Bind<SiloProcessOptions>(services.GetRequiredService<IConfiguration>(), "Silo");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(place.StopTimeout);
        await services.Engine().StopAsync(patience.Token);
    }

    /// <summary>Never completes: a silo that the others declare dead ends its process itself, at once.</summary>
    public static Task<string> EvictedAsync(IServiceProvider services)
    {
        _ = services;
        return new TaskCompletionSource<string>().Task;
    }

    /// <summary>
    /// What an operator can act on in what the engine throws at its start; null for a mistake of ours.
    /// </summary>
    public static string? Sentence(Exception exception) => EngineRefusedException.Sentence(exception);

    private static void AddParts(ISiloBuilder silo, OrleansSiloOptions options, ClusterTls tls)
    {
        silo.Configure<SiloMessagingOptions>(options.Apply);
        silo.Configure<ClusterMembershipOptions>(membership => Apply(options, membership));
        silo.AddActivityPropagation();
        silo.Services.AddSingleton(
            new TelemetrySources { Meters = ["Microsoft.Orleans"], Activities = ["Microsoft.Orleans.*"] });

        silo.Services.AddSingleton<IClusterIntrospection, OrleansIntrospection>();
        silo.Services.AddSingleton<IConfigureGrainContextProvider, OrleansHandOver>();

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
            silo.Configure<SiloConnectionOptions>(connections =>
            {
                connections.ConfigureSiloInboundConnection(connection => connection.UseServerTls(tls.FromSilos()));
                connections.ConfigureGatewayInboundConnection(connection => connection.UseServerTls(tls.FromEdges()));
                connections.ConfigureSiloOutboundConnection(connection => connection.UseClientTls(tls.ToSilos()));
            });
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

    /// <summary>
    /// Orleans' own tables stand beside ours unless they are told to stand elsewhere. A silo that names no port is
    /// alone.
    /// </summary>
    private static void Complete(
        OrleansSiloOptions options, SiloProcessOptions place, ConfigurationManager configuration)
    {
        options.SiloPort = place.Port;
        if (place.Port is null)
        {
            options.Clustering = "Localhost";
        }

        if (options.DatabaseConnection.Length == 0)
        {
            var storage = Bind<StorageOptions>(configuration, "Storage");
            storage.TakeDatabaseUrl(configuration["DATABASE_URL"]);
            options.DatabaseConnection = storage.DatabaseUrl.Length > 0
                ? DatabaseUrl.Read(storage.DatabaseUrl).Settings?.ConnectionString ?? ""
                : "";
        }
    }

    private static T Bind<T>(IConfiguration configuration, string section)
        where T : new()
    {
        var options = new T();
        configuration.GetSection(section).Bind(options);
        return options;
    }

    /// <summary>A silo that is not active has no grains, and its admin API could not reach any.</summary>
    private sealed class ClusterCheck(ISiloStatusOracle silos) : IReadinessCheck
    {
        public string Name => "cluster";

        public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken) => ValueTask.FromResult(
            silos.CurrentStatus is SiloStatus.Active ? null : "this silo is not active in the cluster");
    }
}
