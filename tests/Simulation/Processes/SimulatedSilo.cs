using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;
using Sluice.Actors.Wire;
using Sluice.Grains.Clients;
using Sluice.Grains.Usage;
using Sluice.Rules.Policies;
using Sluice.Simulation.Database;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Processes;

/// <summary>One silo process: the real host with the real grains, on a simulated machine.</summary>
internal sealed class SimulatedSilo
{
    private readonly Cluster _cluster;

    internal SimulatedSilo(Cluster cluster, string machine, int number)
    {
        _cluster = cluster;
        Machine = machine;
        Process = cluster.NewProcess($"silo-{number}@{machine}");
        Log = new ProcessLog(Process, cluster.Judge);
        Host = MakeHost();
        Host.Evicted += Evicted;
    }

    internal string Machine { get; }

    internal SimulatedProcess Process { get; }

    internal ActorHost Host { get; }

    internal ProcessLog Log { get; }

    internal bool HasStarted { get; private set; }

    internal bool IsStopping { get; private set; }

    /// <summary>The process has ended by itself: it could not start, was declared dead, or has stopped.</summary>
    internal event Action<SimulatedSilo>? HasEnded;

    internal void Start() => Process.Begin(async () =>
    {
        try
        {
            await Host.StartAsync(CancellationToken.None);
            HasStarted = true;
            _cluster.World.Trace.Note(Process.Name, $"is silo {Host.SiloId}");
        }
        catch (Exception e) when (e is SiloUnavailableException or ActorConfigurationException)
        {
            _cluster.World.Trace.Note(Process.Name, "could not start");
            End();
        }
    });

    /// <summary>A planned stop; then the process ends.</summary>
    internal void Stop()
    {
        IsStopping = true;
        Process.Begin(async () =>
        {
            await Host.StopAsync(CancellationToken.None);
            _cluster.World.Trace.Note(Process.Name, "has stopped");
            End();
        });
    }

    /// <summary>Gone from one moment to the next.</summary>
    internal void Kill()
    {
        Process.Kill();
        _cluster.Network.Gone(Process);
        Host.Metrics.Dispose();
    }

    private void Evicted(string reason)
    {
        _cluster.World.Trace.Note(Process.Name, "was declared dead");
        End();
    }

    private void End() => _cluster.World.Plan(TimeSpan.FromMilliseconds(5), () => HasEnded?.Invoke(this));

    private ActorHost MakeHost()
    {
        var database = new SeenDatabase(
            _cluster.Database, Process, Machine, () => Host?.SiloId ?? 0, _cluster.Judge.Refused);
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Process.Time)
            .AddSingleton<IClientLedger>(database)
            .AddSingleton<IUsageLog>(new SeenUsageLog(_cluster.Database, Process, Machine))
            .AddSingleton<IKeyHasher>(_cluster)
            .AddSingleton<IKeySecrets>(_cluster)
            .AddSingleton(RoleBook.BuiltIn)
            .AddSingleton(Options.Create(new AdmissionOptions()))
            .AddSingleton<ILoggerFactory>(Log)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .BuildServiceProvider();
        var options = new ClusterOptions
        {
            Name = Process.Name, ListenAddress = Machine, AdvertisedHost = Machine, Port = Cluster.SiloPort,
        };
        return new ActorHost(new ActorHostOptions { SendsStacks = false }, new ActorHostParts
        {
            Services = services,
            GrainAssemblies = [typeof(IClientLedger).Assembly],
            Time = Process.Time,
            Scheduler = Process,
            Random = new Random(_cluster.World.Random.Next()),
            Transport = new SiloTransport(
                options, new MembershipOptions(), database, Log, _cluster.Network.SeenFrom(Process, Machine)),
            Storage = name => name == "Default" ? database : null,
            Reminders = _cluster.Reminders,
            Logging = Log,
        });
    }
}
