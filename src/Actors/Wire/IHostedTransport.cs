using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>A transport that lives with one host: it is started, told the time, and stopped by it.</summary>
internal interface IHostedTransport : ICallTransport
{
    /// <summary>The silos as they are known here.</summary>
    ClusterView View { get; }

    /// <summary>This silo's number; zero for a client, and before it has joined.</summary>
    long SiloId { get; }

    /// <summary>For a silo: it is in the view. For a client: a silo answers.</summary>
    bool IsConnected { get; }

    /// <summary>What is open now.</summary>
    WireLoad Load { get; }

    /// <summary>Begins to carry calls for that host.</summary>
    Task StartAsync(ActorHost host, CancellationToken cancellationToken);

    /// <summary>From here on no grain is placed on this silo; what is called here is told where to go.</summary>
    Task BeginStopAsync();

    /// <summary>The last thing: leaves the cluster and closes every connection.</summary>
    /// <param name="hurry">When set, nobody is waited for.</param>
    Task StopAsync(CancellationToken hurry);

    /// <summary>Periodic work. Must not wait.</summary>
    void Sweep(long now);

    /// <summary>The type behind an interface that this host has no class for; default when nobody has told.</summary>
    GrainType TypeBehind(Type grainInterface);
}
