using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>
/// Carries calls to the silo that owns the called grain: what silos and clients share. This file: the way of a call.
/// The links to the silos are in ClusterTransport.Links.cs.
/// </summary>
internal abstract partial class ClusterTransport : IHostedTransport, IConnectionOwner
{
    /// <summary>
    /// A call that was sent so often waits for the next look before it is sent again: two silos may disagree for a
    /// moment, and must not play ball with it.
    /// </summary>
    private const int QuickDetours = 2;

    private const int MostWaiting = 10_000;

    private readonly ConcurrentQueue<GrainCall> _waiting = new();
    private readonly ConcurrentDictionary<string, GrainType> _typesBehind = new(StringComparer.Ordinal);
    private ActorHost? _host;
    private long _lastSweep;

    /// <summary>Why nothing is sent any more; null while it is.</summary>
    private volatile Exception? _ended;

    protected ClusterTransport(
        ConnectionOptions connections, ClusterTlsOptions tls, ILogger log, IClusterNetwork network)
    {
        Connections = connections;
        Network = network;
        Log = new WireLog(log);
        Tls = new ClusterTls(tls, Log);
    }

    public abstract long SiloId { get; }

    public abstract ClusterView View { get; }

    public abstract bool IsConnected { get; }

    public abstract string Self { get; }

    public abstract ClusterView? ViewToTell { get; }

    public ITurnScheduler Scheduler => Host.Scheduler;

    internal ConnectionOptions Connections { get; }

    internal IClusterNetwork Network { get; }

    internal ClusterTls Tls { get; }

    internal WireLog Log { get; }

    internal long Now => Host.Clock.Now;

    protected ActorHost Host =>
        _host ?? throw new InvalidOperationException("The transport has not been started by a host.");

    protected static IEnumerable<Connection> InOrder(ICollection<Connection> connections) =>
        connections.OrderBy(connection => connection.Number);

    internal long Ticks(TimeSpan span) => Host.Clock.Length(span);

    public Task StartAsync(ActorHost host, CancellationToken cancellationToken)
    {
        _host = host;
        return StartAsync(cancellationToken);
    }

    public abstract Task BeginStopAsync();

    public abstract Task StopAsync(CancellationToken hurry);

    public bool TryTake(ITransportCall sent)
    {
        ArgumentNullException.ThrowIfNull(sent);
        return TryRoute((GrainCall)sent);
    }

    public GrainType TypeBehind(Type grainInterface) =>
        _typesBehind.GetValueOrDefault(CallMethod.WireNameOf(grainInterface));

    public virtual void Sweep(long now)
    {
        if (_ended is not null)
        {
            return;
        }

        if (now - _lastSweep > Ticks(Connections.PingPeriod))
        {
            ExcuseAll(now);
        }

        _lastSweep = now;
        RouteWaiting();
        WatchLinks(now);
    }

    protected abstract Task StartAsync(CancellationToken cancellationToken);

    /// <summary>False: the call belongs to this silo.</summary>
    private bool TryRoute(GrainCall call)
    {
        var view = View;
        var owner = Placement.OwnerOf(call.Target, view);
        if (owner is null)
        {
            call.Fail(Unplaceable(call, view));
            return true;
        }

        if (owner.Id == SiloId)
        {
            return false;
        }

        call.AsksForwarding = false;
        LinkTo(owner).Send(call);
        return true;
    }

    /// <summary>Sends a call, whose owner cannot be reached from here, by another silo; false: it did not.</summary>
    internal virtual bool TrySendByOther(GrainCall call, SiloEntry owner) => false;

    void IConnectionOwner.Moved(Connection connection, GrainCall call) => SendAgain(call, connection.Peer.SiloId);

    /// <summary>Sends a call that has not run to where its grain lives now, or later, when the view says so.</summary>
    /// <param name="call">A call that is nowhere.</param>
    /// <param name="siloId">The silo that has not run it.</param>
    internal void SendAgain(GrainCall call, long siloId)
    {
        call.Detours++;
        if (call.IsAnswered)
        {
            call.ForgottenByConnection();
        }
        else if (_ended is { } reason)
        {
            call.Fail(new SiloUnavailableException(reason.Message));
        }
        else if (call.Detours <= QuickDetours && Placement.OwnerOf(call.Target, View)?.Id != siloId)
        {
            Reroute(call);
        }
        else if (_waiting.Count >= MostWaiting)
        {
            call.Fail(new LimitExceededException(
                "calls waiting for the silos to agree", MostWaiting, MostWaiting, null));
        }
        else
        {
            _waiting.Enqueue(call);
            if (_ended is { } ended)
            {
                FailWaiting(ended);
            }
        }
    }

    void IConnectionOwner.ManifestCame(Connection connection, GrainManifest manifest)
    {
        foreach (var entry in manifest.Entries)
        {
            _typesBehind[entry.Interface] = GrainType.Create(entry.GrainType);
        }
    }

    public abstract CallMethod? FindMethod(string interfaceName, string methodName);

    public abstract void Received(Connection connection, GrainCall call);

    public abstract void ViewCame(Connection connection, ClusterView view);

    public abstract void Unreachable(Connection connection, long siloId);

    /// <summary>The link could not be made: the silo may be dead, or only we cannot reach it.</summary>
    internal abstract void CannotReach(SiloEntry silo);

    /// <summary>Nothing is sent any more, and what waits is told.</summary>
    protected void End(Exception reason)
    {
        _ended = reason;
        CloseLinks(reason);
        FailWaiting(reason);
        CloseMade(reason);
    }

    private void FailWaiting(Exception reason)
    {
        while (_waiting.TryDequeue(out var call))
        {
            call.Fail(new SiloUnavailableException(reason.Message));
        }
    }

    private void RouteWaiting()
    {
        for (var count = _waiting.Count; count > 0 && _waiting.TryDequeue(out var call); count--)
        {
            if (call.IsAnswered)
            {
                call.ForgottenByConnection();
            }
            else if (call.Deadline <= Now)
            {
                call.Fail(new TimeoutException($"{call.Name}: the silos did not agree in time where the grain lives."));
            }
            else
            {
                Reroute(call);
            }
        }
    }

    private void Reroute(GrainCall call)
    {
        if (!TryRoute(call))
        {
            Host.Deliver(call);
        }
    }

    private static SiloUnavailableException Unplaceable(GrainCall call, ClusterView view) => view.Silos.IsEmpty
        ? new SiloUnavailableException($"No silo is known; {call.Name} was not sent.")
        : new SiloUnavailableException(
            $"None of the {view.Silos.Length} silos takes grains of type {call.Target.Type}; {call.Name} was not "
            + "sent.");
}
