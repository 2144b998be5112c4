using Sluice.Actors.Calls;
using Sluice.Actors.Membership;
using Sluice.Actors.Migration;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Hosting;

/// <summary>What the cluster asks of a host: to give up grains that live elsewhere, or everything.</summary>
public sealed partial class ActorHost
{
    /// <summary>
    /// This silo was declared dead by the others: its grains were given up, and nothing is run here any more. The
    /// argument says why. The process should end, and begin anew.
    /// </summary>
    public event Action<string>? Evicted;

    /// <summary>True for a host alone, for a silo in the view, and for a client to which a silo answers.</summary>
    public bool IsConnected => _hosted?.IsConnected ?? true;

    /// <summary>The silos of the cluster as they are known here; none for a host without a cluster.</summary>
    public IReadOnlyList<SiloEntry> Silos => View.Silos;

    /// <summary>The silos as they are known here; empty for a host without a cluster.</summary>
    internal ClusterView View => _hosted?.View ?? ClusterView.Empty;

    /// <summary>This silo's number; zero without a cluster.</summary>
    public long SiloId => _hosted?.SiloId ?? 0;

    /// <summary>Null for a host without a cluster, and for one without grains.</summary>
    internal MovingGrains? Moving { get; private set; }

    internal void SweepTransport(long now)
    {
        if (_carrying)
        {
            _hosted!.Sweep(now);
        }
    }

    /// <summary>
    /// A call that has not run goes where its grain lives. Who waits for it is told, and sends it there; for a one-way
    /// call, whose sender has forgotten it, this silo does that.
    /// </summary>
    internal void SendElsewhere(GrainCall call)
    {
        if (call is { Received: true, OneWay: false })
        {
            call.Connection!.AnswerMoved(call, View);
            return;
        }

        call.ReadyAgain();
        if (!_hosted!.TryTake(call))
        {
            Bring(call, null);
        }
    }

    /// <summary>A client cannot reach the owner of the call that it sent here: it is asked in its stead.</summary>
    internal void Forward(GrainCall call)
    {
        Metrics.Forwarded();
        Scheduler.Schedule(new ApartWork(call.ForwardAsync));
    }

    /// <summary>Sends a call in the place of one that came here, with all that the other had.</summary>
    internal void SendOnward(GrainCall onward, GrainCall received)
    {
        onward.Deadline = received.Deadline;
        onward.Carried = received.Carried;
        onward.SourceId = received.SourceId;
        onward.Traced = received.Traced;
        onward.ParentContext = received.ParentContext;
        Statistics.Begin(onward, Metrics.AreTimed);
        onward.WatchCancellation();
        if (!_hosted!.TryTake(onward))
        {
            Bring(onward, null); // It has come to live here meanwhile.
        }
    }

    /// <summary>This silo was declared dead: nothing goes on here.</summary>
    internal void EndEvicted(string reason)
    {
        _accepting = false;
        Reminders.Dispose();
        LogEvicted(reason, Catalog.Count);
        var failure = new SiloUnavailableException($"This silo was declared dead: {reason}");
        foreach (var activation in Catalog.All())
        {
            activation.Abandon(failure);
        }

        Evicted?.Invoke(reason);
    }
}
