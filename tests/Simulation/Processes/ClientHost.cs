using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Sluice.Actors.Wire;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Processes;

/// <summary>Makes the engine's client for a process without grains.</summary>
internal static class ClientHost
{
    internal static ActorHost Make(Cluster cluster, SimulatedProcess process, string machine, ProcessLog log)
    {
        var options = new ClusterClientOptions { Name = process.Name };
        foreach (var silo in cluster.SiloMachines)
        {
            options.Seeds.Add($"{silo}:{Cluster.SiloPort}");
        }

        return new ActorHost(new ActorHostOptions { SendsStacks = false }, new ActorHostParts
        {
            Services = new ServiceCollection().BuildServiceProvider(),
            GrainAssemblies = [],
            Time = process.Time,
            Scheduler = process,
            Random = new Random(cluster.World.Random.Next()),
            Transport = new ClientTransport(options, log, cluster.Network.SeenFrom(process, machine)),
            Logging = log,
        });
    }
}
