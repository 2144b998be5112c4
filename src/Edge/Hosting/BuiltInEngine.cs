using Microsoft.Extensions.Options;
using Sluice.Actors.Hosting;
using Sluice.Daemon.Settings;
using Sluice.Telemetry;

namespace Sluice.Edge.Hosting;

/// <summary>Reaches the grains as a client of <c>src/Actors</c>. Its twin for Orleans has the same members.</summary>
internal static class Engine
{
    public static void AddEngine(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        builder.Services.AddActorClient(provider => ClientOptionsOf(
            provider.GetRequiredService<IOptions<EdgeProcessOptions>>().Value, configuration));
        builder.Services.AddSingleton<IReadinessCheck, SiloCheck>();
    }

    /// <summary>Begins to look for silos; whether there is one yet shows when they are asked.</summary>
    public static Task StartAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<ActorHost>().StartAsync(cancellationToken);

    public static Task StopAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<ActorHost>().StopAsync(cancellationToken);

    /// <summary>
    /// What an operator can act on in what the engine throws at its start; null for a mistake of ours.
    /// </summary>
    public static string? Sentence(Exception exception) =>
        exception is ActorConfigurationException mistakes ? string.Join(' ', mistakes.Mistakes) : null;

    private static ClusterClientOptions ClientOptionsOf(EdgeProcessOptions edge, ConfigurationManager configuration)
    {
        var options = new ClusterClientOptions
        {
            ClusterId = configuration.GetValue("Cluster:Id", new ClusterSettings().Id)!,
            Name = edge.NameOrMachine,
        };
        foreach (var seed in edge.Seeds)
        {
            options.Seeds.Add(seed);
        }

        configuration.GetSection("Cluster:Tls").Bind(options.Tls);
        return options;
    }

    /// <summary>Without a silo nothing can be decided.</summary>
    private sealed class SiloCheck(ActorHost host) : IReadinessCheck
    {
        public string Name => "silo";

        public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult(host.IsConnected ? null : "no silo is connected");
    }
}
