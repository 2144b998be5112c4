using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Sluice.Actors.Hosting;
using Sluice.Daemon.Settings;
using Sluice.Telemetry;

namespace Sluice.Edge.Hosting;

/// <summary>Reaches the grains as a client of <c>src/Actors</c>. Its twin for Orleans has the same members.</summary>
internal static class Engine
{
    /// <summary>Describes the settings that an engine has.</summary>
    public static void Describe(SettingCatalog catalog) => ClusterSettings.Describe(catalog);

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

    /// <summary>What is wrong with the way to the silos.</summary>
    public static IEnumerable<string> MistakesIn(EdgeProcessOptions options)
    {
        if (options.Seeds.Count == 0)
        {
            yield return "Edge:Seeds is empty: name at least one silo as host:port, with its Silo:Port.";
        }

        for (var i = 0; i < options.Seeds.Count; i++)
        {
            if (!IsSeed(options.Seeds[i]))
            {
                yield return $"Edge:Seeds:{i} '{options.Seeds[i]}' is not host:port, such as silo.example:11111.";
            }
        }
    }

    private static bool IsSeed(string seed)
    {
        var colon = seed.LastIndexOf(':');
        return colon > 0
            && Uri.CheckHostName(seed[..colon]) is not UriHostNameType.Unknown
            && int.TryParse(seed[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= IPEndPoint.MaxPort;
    }

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
