using System.Globalization;
using Sluice.Actors.Introspection;
using Sluice.Actors.Membership;
using Sluice.Actors.Wire;

namespace Sluice.Actors.Hosting;

/// <summary>What operators see of a host and of its cluster. Nothing here activates a grain.</summary>
public sealed partial class ActorHost
{
    internal CallStatistics Statistics { get; }

    internal HostReporter Reporter { get; }

    /// <summary>What is open to other processes; nothing for a host without a cluster.</summary>
    internal WireLoad WireLoad => _hosted?.Load ?? default;

    /// <summary>This host, and all other silos of its view: asked at once, a second each.</summary>
    public async Task<ClusterLook> ReportAsync(CancellationToken cancellationToken)
    {
        var view = View;
        return new ClusterLook(view.Version, await AskAllAsync(view, silo => silo.Report(), cancellationToken));
    }

    /// <summary>Activations of all silos of the view, each with those that the query takes; by silo.</summary>
    public Task<SiloLook<ActivationSummary[]>[]> ListAsync(ActivationQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Most, 1);
        return AskAllAsync(View, silo => silo.List(query), cancellationToken);
    }

    /// <summary>One grain, without activating it; null when no silo has grains of that type.</summary>
    public async Task<OwnedLook?> LookAsync(GrainId grain, CancellationToken cancellationToken)
    {
        if (_hosted is null)
        {
            return Model.Find(grain.Type) is null ? null : new OwnedLook(0, await Reporter.Look(grain), null);
        }

        if (Placement.OwnerOf(grain, View) is not { } owner)
        {
            return null;
        }

        var look = await AskAsync(owner, silo => silo.Look(grain), cancellationToken);
        return new OwnedLook(owner.Id, look.Answer, look.Problem);
    }

    private async Task<SiloLook<T>[]> AskAllAsync<T>(
        ClusterView view, Func<ISiloReports, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        _ = Model; // Throws when the host has not been started.
        return _hosted is null
            ? [new SiloLook<T>(null, true, await ask(Reporter), null)]
            : await Task.WhenAll(view.Silos.Select(silo => AskAsync(silo, ask, cancellationToken)));
    }

    private async Task<SiloLook<T>> AskAsync<T>(
        SiloEntry silo, Func<ISiloReports, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var isSelf = silo.Id == SiloId;
        var reports = isSelf
            ? Reporter
            : GrainFactory.GetGrain<ISiloReports>(silo.Id.ToString(CultureInfo.InvariantCulture));
        try
        {
            return new SiloLook<T>(silo, isSelf, await ask(reports).WaitAsync(cancellationToken), null);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException or NotSupportedException)
        {
            return new SiloLook<T>(silo, isSelf, null, e.Message); // NotSupported: its version has no such method.
        }
    }
}
