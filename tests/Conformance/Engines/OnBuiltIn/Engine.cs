using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;
using Sluice.Testing;

namespace Sluice.Conformance.Engines;

/// <summary>
/// Silos of src/Actors in this process, over real connections on the loopback. Its twin runs Orleans.
/// </summary>
internal sealed class Engine : EngineUnderTest
{
    /// <summary>
    /// A busy machine may hold a process up for seconds. What a test cuts is seen at once all the same.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly MembershipOptions Membership = new()
    {
        SilenceMax = TimeSpan.FromSeconds(5), LeaveTimeout = TimeSpan.FromSeconds(1),
    };

    private readonly InMemoryMembershipTable _table = new(TimeProvider.System, Membership);
    private readonly InMemoryReminderTable _reminders = new();
    private readonly Dictionary<string, Silo> _silos = [];
    private readonly List<string> _running = [];
    private ServiceProvider? _client;

    private Engine(EngineWishes wishes)
        : base(wishes)
    {
    }

    public override IClusterClient Client => _client!.GetRequiredService<IClusterClient>();

    public override IReadOnlyList<string> Silos => _running;

    public override bool HandsOverByItself => true;

    public static async Task<EngineUnderTest> StartAsync(EngineWishes wishes)
    {
        var engine = new Engine(wishes);
        try
        {
            for (var i = 0; i < wishes.Silos; i++)
            {
                await engine.StartSiloAsync();
            }

            await engine.StartClientAsync();
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    public override async Task<string> StartSiloAsync()
    {
        var name = $"silo{_silos.Count + 1}";
        var options = new ClusterOptions { Name = name, ListenAddress = "127.0.0.1", Port = Line.FreePort() };
        var line = new Line(options.Port);
        options.AdvertisedHost = "127.0.0.1";
        options.AdvertisedPort = line.Port;
        options.Connections.LostAfter = Patience;
        var silo = new Silo(Services(name, options, new CuttableTable(_table, line.Gone)), line);
        _silos[name] = silo;
        await silo.Host.StartAsync(CancellationToken.None).Within();
        _running.Add(name);
        await Eventually.True(
            () => _running.All(other => _silos[other].Host.Silos.Count == _running.Count)
                && (_client is null || ClientHost.Silos.Count == _running.Count),
            $"All know {name}.");
        return name;
    }

    public override async Task StopSiloAsync(string silo)
    {
        _running.Remove(silo);
        await _silos[silo].Host.StopAsync(CancellationToken.None).Within();
    }

    public override async Task KillSiloAsync(string silo)
    {
        _running.Remove(silo);
        _silos[silo].Line.Cut();
        await Eventually.True(
            () => _running.All(other => _silos[other].Host.Silos.Count == _running.Count),
            $"{silo} is declared dead.");
    }

    public override async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        foreach (var silo in _silos.Values.Reverse())
        {
            await silo.Services.DisposeAsync();
            silo.Line.Dispose();
        }
    }

    private ActorHost ClientHost => _client!.GetRequiredService<ActorHost>();

    private async Task StartClientAsync()
    {
        var options = new ClusterClientOptions { Name = "client" };
        options.Connections.LostAfter = Patience;
        foreach (var silo in _silos.Values)
        {
            options.Seeds.Add($"127.0.0.1:{silo.Line.Port}");
        }

        _client = new ServiceCollection().AddLogging(log => log.AddProvider(new SuiteLog()))
            .AddActorClient(_ => options).BuildServiceProvider();
        await ClientHost.StartAsync(CancellationToken.None).Within();
        await Eventually.True(
            () => ClientHost.IsConnected && ClientHost.Silos.Count == _running.Count, "The client knows the silos.");
    }

    private ServiceProvider Services(string name, ClusterOptions cluster, IMembershipTable table)
    {
        var services = new ServiceCollection().AddLogging(log => log.AddProvider(new SuiteLog()));
        AddParts(services, name);
        return services.AddSingleton(table)
            .AddSingleton<IReminderTable>(_reminders)
            .AddGrainStorage("Default", _ => Storage)
            .AddActorCluster(_ => cluster, _ => Membership)
            .AddActors(Configure, typeof(Engine).Assembly)
            .BuildServiceProvider();
    }

    private void Configure(ActorHostOptions options)
    {
        options.ReminderPollPeriod = TimeSpan.FromMilliseconds(100);
        if (Wishes.IdleAge is { } age)
        {
            options.CollectionAge = age;
            options.CollectionQuantum = age / 4;
        }
    }

    private sealed record Silo(ServiceProvider Services, Line Line)
    {
        internal ActorHost Host => Services.GetRequiredService<ActorHost>();
    }
}
