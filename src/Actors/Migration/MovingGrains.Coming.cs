using Sluice.Actors.Membership;

namespace Sluice.Actors.Migration;

/// <summary>What comes: parcels that others sent, and the question for those that they have not sent yet.</summary>
internal sealed partial class MovingGrains
{
    private (ClusterView View, long Until)[] _former = [];
    private ClusterView _current = ClusterView.Empty;

    /// <summary>Until then views are missing here, and with them owners: every silo is asked.</summary>
    private long _incompleteUntil;

    /// <summary>Another silo may own what lives here, and this one what lives elsewhere.</summary>
    internal void ViewChanged(ClusterView view)
    {
        lock (_lock)
        {
            var until = Until;
            var hasJoined = _current.Version == 0;
            if (hasJoined || view.Version != _current.Version + 1)
            {
                _incompleteUntil = until;
            }

            // Who has just joined was in no view before, and the grains that are now its own lived with the others.
            var before = hasJoined
                ? new ClusterView(view.Version, view.Silos.Where(silo => silo.Id != host.SiloId))
                : _current;
            _former = [.. _former.Where(former => former.Until > host.Clock.Now), (before, until)];
            _current = view;
        }

        GiveUpStrays();
    }

    /// <summary>
    /// At the new owner: keeps parcels until their grains are called. What does not live here is not taken: who sent it
    /// knows by now where it does, and would be gone if this silo were the one to send it on, and stopped.
    /// </summary>
    /// <returns>The grains whose parcels were not taken.</returns>
    internal GrainId[] Keep(Parcel[] parcels)
    {
        var refused = new List<GrainId>();
        foreach (var parcel in parcels)
        {
            if (!_shelf.TryKeep(parcel, Until))
            {
                refused.Add(parcel.Grain);
            }

            ForgetIfItGoesOn(parcel);
        }

        return [.. refused];
    }

    /// <summary>A parcel that an activation has taken, and not unpacked.</summary>
    internal void PutBack(Parcel parcel) => _shelf.PutBack(parcel, Until);

    /// <summary>
    /// Before an activation begins: ends the one before it on a silo that had the grain lately, and brings what that
    /// one left.
    /// </summary>
    internal async ValueTask<Parcel?> FetchAsync(GrainId grain)
    {
        if (grain.Type.ToString() == Placement.SiloGrainType)
        {
            return null;
        }

        var found = await Task.WhenAll(Sources(grain).Select(silo => AskAsync(silo, grain)));
        return found.Aggregate((Parcel?)null, ParcelShelf.Newer);
    }

    /// <inheritdoc cref="ParcelShelf.Take"/>
    internal Parcel? TakeOwn(GrainId grain) => _shelf.Take(grain);

    private long Until => host.Clock.Now + host.Clock.Length(Memory);

    /// <summary>A parcel whose grain has come back before it was sent stays here, as one that came does.</summary>
    private void Return(ParcelShelf.Leaving leaving)
    {
        if (_shelf.TryReturn(leaving, Until))
        {
            ForgetIfItGoesOn(leaving.Parcel);
        }
    }

    /// <summary>An activation goes on with what it has: what it leaves will be newer.</summary>
    private void ForgetIfItGoesOn(Parcel parcel)
    {
        if (host.Catalog.Find(parcel.Grain) is { HasFetched: true })
        {
            _shelf.Forget(parcel);
        }
    }

    private async Task<Parcel?> AskAsync(long silo, GrainId grain)
    {
        try
        {
            return await Control(silo).TakeOver(grain);
        }
        catch (Exception e)
        {
            host.LogNotHandedOver(grain, silo, e.Message);
            return null;
        }
    }

    /// <summary>
    /// Who may have what the grain left: its owners of late, or every silo, when this one has not seen all views.
    /// </summary>
    private List<long> Sources(GrainId grain)
    {
        var view = host.View;
        var now = host.Clock.Now;
        lock (_lock)
        {
            // The view by which the grain lives here may be newer than the one that was told here last.
            var isComplete = now >= _incompleteUntil && view.Version <= _current.Version + 1;
            var silos = isComplete
                ? _former.Where(former => former.Until > now).Select(former => former.View).Append(_current)
                    .Select(former => Placement.OwnerOf(grain, former)?.Id ?? 0).Distinct()
                : view.Silos.Select(silo => silo.Id);
            return [.. silos.Where(id => id != host.SiloId && view.Find(id) is not null)];
        }
    }

    /// <inheritdoc cref="ParcelShelf.MoveOn"/>
    private void MoveOn()
    {
        for (var moved = _shelf.MoveOn(host.Clock.Now); moved > 0; moved--)
        {
            host.Metrics.HandedOver();
        }

        Send();
    }
}
