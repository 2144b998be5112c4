using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;
using Sluice.Actors.Wire;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Silos and clients of one cluster in this process, over real connections on the loopback.</summary>
internal sealed class EngineCluster : IAsyncDisposable
{
    /// <summary>Longer than in life: where all tests run at once, whole seconds may pass between two steps.</summary>
    private static readonly MembershipOptions Patience = new()
    {
        SilenceMax = TimeSpan.FromSeconds(60), GapMax = TimeSpan.FromSeconds(30),
    };

    private readonly List<ServiceProvider> _providers = [];

    internal InMemoryMembershipTable Table { get; } = new(TimeProvider.System, Patience);

    internal TestLog Log { get; } = new();

    internal Gates Gates { get; } = new();

    /// <summary>The grains of every silo, and what they need of it.</summary>
    internal Assembly[] Grains { get; init; } = [typeof(NoteGrain).Assembly];

    internal Action<IServiceCollection> Services { get; init; } = _ => { };

    /// <param name="name">Of one silo only.</param>
    /// <param name="configure">Changes its place in the cluster.</param>
    /// <param name="actors">Changes its host.</param>
    /// <param name="isOlder">It runs the older one of two versions of a contract.</param>
    /// <param name="scheduler">Where its turns run; null is the thread pool.</param>
    internal async Task<EngineSilo> StartSiloAsync(
        string name, Action<ClusterOptions>? configure = null, Action<ActorHostOptions>? actors = null,
        bool isOlder = false, ITurnScheduler? scheduler = null)
    {
        var options = new ClusterOptions { Name = name, ListenAddress = "127.0.0.1", Port = 0 };
        BePatient(options.Connections);
        configure?.Invoke(options);
        var hosting = new ActorHostOptions();
        actors?.Invoke(hosting);
        var services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(Log)
            .AddSingleton<IMembershipTable>(Table)
            .AddSingleton(Gates)
            .AddActorCluster(_ => options, _ => Patience)
            .AddSingleton(provided => new ActorHost(hosting, new ActorHostParts
            {
                Services = provided,
                GrainAssemblies = Grains,
                GrainClassFilter = type => type.DeclaringType is not { } version
                    || version == (isOlder ? typeof(Older) : typeof(Newer)),
                Random = new Random(0),
                Scheduler = scheduler ?? new ThreadPoolTurnScheduler(),
                Transport = provided.GetRequiredService<ICallTransport>(),
                Storage = storage => provided.GetKeyedService<IGrainStorage>(storage),
                Reminders = provided.GetService<IReminderTable>(),
                Logging = Log,
            }));
        Services(services);
        var provider = services.BuildServiceProvider();
        _providers.Add(provider);
        var host = provider.GetRequiredService<ActorHost>();
        await host.StartAsync(CancellationToken.None).Within();
        var view = await Table.ReadAsync(CancellationToken.None);
        return new EngineSilo(name, host, view.Silos.Single(silo => silo.Name == name));
    }

    internal async Task<ActorHost> StartClientAsync(
        EngineSilo seed, Action<ClusterClientOptions>? configure = null, bool connected = true,
        IClusterNetwork? network = null)
    {
        var options = new ClusterClientOptions { Name = "client", Seeds = { $"{seed.Entry.Host}:{seed.Entry.Port}" } };
        BePatient(options.Connections);
        configure?.Invoke(options);
        var provider = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(Log)
            .AddSingleton<ICallTransport>(_ => new ClientTransport(options, Log, network ?? new TcpNetwork()))
            .AddActors(configure: null)
            .BuildServiceProvider();
        _providers.Add(provider);
        var host = provider.GetRequiredService<ActorHost>();
        await host.StartAsync(CancellationToken.None).Within();
        if (connected)
        {
            await Eventually.True(() => host.IsConnected, "The client has found a silo.");
        }

        return host;
    }

    private static void BePatient(ConnectionOptions connections)
    {
        connections.ConnectTimeout = TimeSpan.FromSeconds(5);
        connections.LostAfter = TimeSpan.FromSeconds(10);
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

internal sealed record EngineSilo(string Name, ActorHost Host, SiloEntry Entry)
{
    /// <summary>A key of a note that lives on this silo as long as the cluster stays as it is.</summary>
    internal string NoteKey(int which = 0) => Enumerable.Range(0, int.MaxValue)
        .Select(number => $"key{number}")
        .Where(key => Placement.OwnerOf(GrainId.Create("note", key), Host.View)?.Id == Entry.Id)
        .ElementAt(which);
}
