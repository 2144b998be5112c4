using Microsoft.Extensions.Options;
using Sluice.Actors.Hosting;
using Sluice.Daemon.Settings;
using Sluice.Grains.Clients;
using Sluice.Silo.Introspection;
using Sluice.Silo.Storage.Membership;
using Sluice.Telemetry;

namespace Sluice.Silo.Hosting;

/// <summary>Starts and stops the grains on <c>src/Actors</c>. Its twin for Orleans has the same members.</summary>
internal static class Engine
{
    /// <summary>Describes the settings that an engine has.</summary>
    public static void Describe(SettingCatalog catalog) => ClusterSettings.Describe(catalog);

    public static void AddEngine(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        builder.Services.AddActors(
            options => options.StopTimeout = configuration.GetValue("Silo:StopTimeout", options.StopTimeout),
            typeof(IClientLedger).Assembly);
        builder.Services.AddSingleton<IClusterIntrospection, BuiltInIntrospection>();
    }

    /// <summary>
    /// Makes the silo one of a cluster. Without this it is alone, and takes calls of its own process only.
    /// </summary>
    public static void AddCluster(this WebApplicationBuilder builder)
    {
        builder.Services.AddActorCluster(provider => ClusterOptionsOf(
            provider.GetRequiredService<IOptions<SiloProcessOptions>>().Value, builder.Configuration));
        builder.Services.AddSingleton<IReadinessCheck, ClusterCheck>();
    }

    public static async Task StartAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var host = services.GetRequiredService<ActorHost>();
        await host.StartAsync(cancellationToken);
        services.GetRequiredService<SiloIdentity>().SiloId = host.SiloId; // From here on it is fenced off once dead.
    }

    /// <summary>
    /// Grains end what they do and store what they count, or go on in another silo; no call is taken any more.
    /// </summary>
    public static Task StopAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<ActorHost>().StopAsync(cancellationToken);

    /// <summary>Completes, with the reason, when the other silos take this one for dead: it must end then.</summary>
    public static Task<string> EvictedAsync(IServiceProvider services)
    {
        var evicted = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        services.GetRequiredService<ActorHost>().Evicted += reason => evicted.TrySetResult(reason);
        return evicted.Task;
    }

    /// <summary>
    /// What an operator can act on in what the engine throws at its start; null for a mistake of ours.
    /// </summary>
    public static string? Sentence(Exception exception) =>
        exception is ActorConfigurationException mistakes ? string.Join(' ', mistakes.Mistakes) : null;

    private static ClusterOptions ClusterOptionsOf(SiloProcessOptions silo, ConfigurationManager configuration)
    {
        var options = new ClusterOptions
        {
            ClusterId = configuration.GetValue("Cluster:Id", new ClusterSettings().Id)!,
            Name = silo.NameOrMachine,
            ListenAddress = silo.ListenAddress,
            Port = silo.Port!.Value,
            AdvertisedHost = silo.Address,
            AdvertisedPort = silo.AdvertisedPort,
        };
        configuration.GetSection("Cluster:Tls").Bind(options.Tls);
        return options;
    }

    /// <summary>A silo that is not in the view has no grains, and its admin API could not reach any.</summary>
    private sealed class ClusterCheck(ActorHost host) : IReadinessCheck
    {
        public string Name => "cluster";

        public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult(host.IsConnected ? null : "this silo is not in the view");
    }
}
