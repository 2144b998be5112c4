using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>
/// Carries calls to the silo that owns the called grain: what silos and edges share. This file: the way of a call. The
/// links to the silos are in ClusterTransport.Links.cs.
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

    protected ClusterTransport(ConnectionOptions connections, ClusterTlsOptions tls, ILogger log)
    {
        Connections = connections;
        Tls = new ClusterTls(tls);
        Log = new WireLog(log);
    }

    public abstract long SiloId { get; }

    public abstract ClusterView View { get; }

    public abstract bool IsConnected { get; }

    internal ConnectionOptions Connections { get; }

    internal ClusterTls Tls { get; }

    internal WireLog Log { get; }

    internal long Now => Host.Clock.Now;

    protected ActorHost Host =>
        _host ?? throw new InvalidOperationException("The transport has not been started by a host.");

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

        LinkTo(owner).Send(call);
        return true;
    }

    void IConnectionOwner.Moved(Connection connection, GrainCall call)
    {
        call.Detours++;
        if (call.IsAnswered)
        {
            call.ForgottenByConnection();
        }
        else if (call.Detours <= QuickDetours && Placement.OwnerOf(call.Target, View)?.Id != connection.Peer.SiloId)
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

    public abstract void Closed(Connection connection, Exception? reason);

    /// <summary>The link could not be made: the silo may be dead, or only we cannot reach it.</summary>
    internal abstract void CannotReach(SiloEntry silo, Exception reason);

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
            $"None of the {view.Silos.Length} silos takes grains of type {call.Target.Type}; {call.Name} was not sent.");
}
