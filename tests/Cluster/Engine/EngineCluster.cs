using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Silos and clients of one cluster in this process, over real connections on the loopback.</summary>
internal sealed class EngineCluster : IAsyncDisposable
{
    private readonly List<ServiceProvider> _providers = [];

    internal InMemoryMembershipTable Table { get; } = new(TimeProvider.System);

    internal TestLog Log { get; } = new();

    internal Gates Gates { get; } = new();

    /// <summary>The grains of every silo, and what they need of it.</summary>
    internal Assembly[] Grains { get; init; } = [typeof(NoteGrain).Assembly];

    internal Action<IServiceCollection> Services { get; init; } = _ => { };

    internal async Task<EngineSilo> StartSiloAsync(
        string name, Action<ClusterOptions>? configure = null, ITurnScheduler? scheduler = null)
    {
        var options = new ClusterOptions { Name = name, ListenAddress = "127.0.0.1", Port = 0 };
        configure?.Invoke(options);
        var services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(Log)
            .AddSingleton<IMembershipTable>(Table)
            .AddSingleton(Gates)
            .AddSingleton(scheduler ?? new ThreadPoolTurnScheduler())
            .AddActorCluster(_ => options)
            .AddActors(configure: null, Grains);
        Services(services);
        var provider = services.BuildServiceProvider();
        _providers.Add(provider);
        var host = provider.GetRequiredService<ActorHost>();
        await host.StartAsync(CancellationToken.None).Within();
        var view = await Table.ReadAsync(CancellationToken.None);
        return new EngineSilo(name, host, view.Silos.Single(silo => silo.Name == name));
    }

    internal async Task<ActorHost> StartClientAsync(
        EngineSilo seed, Action<ClusterClientOptions>? configure = null, bool connected = true)
    {
        var options = new ClusterClientOptions { Name = "client", Seeds = { $"{seed.Entry.Host}:{seed.Entry.Port}" } };
        configure?.Invoke(options);
        var provider = new ServiceCollection().AddSingleton<ILoggerFactory>(Log).AddActorClient(_ => options).BuildServiceProvider();
        _providers.Add(provider);
        var host = provider.GetRequiredService<ActorHost>();
        await host.StartAsync(CancellationToken.None).Within();
        if (connected)
        {
            await Eventually.True(() => host.IsConnected, "The client has found a silo.");
        }

        return host;
    }

    public async ValueTask DisposeAsync()
    {
        _providers.Reverse(); // Clients first: they come last.
        foreach (var provider in _providers)
        {
            await provider.DisposeAsync();
        }
    }
}

internal sealed record EngineSilo(string Name, ActorHost Host, SiloEntry Entry);
