using System.Collections.Concurrent;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Migration;

/// <summary>What comes: parcels that others sent, and the question for those that they have not sent yet.</summary>
internal sealed partial class MovingGrains
{
    private readonly ConcurrentDictionary<GrainId, (Parcel Parcel, long Until)> _kept = new();

    private (ClusterView View, long Until)[] _former = [];
    private ClusterView _current = ClusterView.Empty;

    /// <summary>Until then views are missing here, and with them owners: every silo is asked.</summary>
    private long _incompleteUntil;

    /// <summary>Another silo may own what lives here, and this one what lives elsewhere.</summary>
    internal void ViewChanged(ClusterView view)
    {
        lock (_lock)
        {
            var until = host.Clock.Now + host.Clock.Length(Memory);
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

    /// <summary>At the new owner: keeps parcels until their grains are called.</summary>
    internal void Keep(IReadOnlyList<Parcel> parcels)
    {
        foreach (var parcel in parcels)
        {
            if (!LivesHere(parcel.Grain))
            {
                Left(parcel);
                continue;
            }

            PutBack(parcel);

            // One that has begun goes on with what it has, and what it leaves will be newer.
            if (host.Catalog.Find(parcel.Grain) is { HasFetched: true })
            {
                _kept.TryRemove(parcel.Grain, out _);
            }
        }
    }

    /// <summary>A parcel that an activation has taken, and not unpacked.</summary>
    internal void PutBack(Parcel parcel)
    {
        var until = host.Clock.Now + host.Clock.Length(Memory);
        _kept.AddOrUpdate(
            parcel.Grain, (parcel, until),
            (_, kept) => kept.Parcel.PackedAt < parcel.PackedAt ? (parcel, until) : kept);
    }

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

        var (unknown, former) = Sources(grain);
        var found = await Task.WhenAll(unknown.Select(silo => AskAsync(silo, grain)));
        var newest = found.Aggregate((Parcel?)null, Newer);
        foreach (var owner in former)
        {
            if (LivesHere(grain))
            {
                newest = Newer(newest, await AskAsync(owner, grain));
            }
        }

        return newest;
    }

    /// <summary>What is here of the grain; null when nothing. It is here no longer.</summary>
    internal Parcel? TakeOwn(GrainId grain)
    {
        _leaving.TryRemove(grain, out var leaving);
        _kept.TryRemove(grain, out var kept);
        return Newer(leaving, kept.Parcel);
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

    /// <summary>Who may have what the grain left.</summary>
    /// <returns>
    /// Silos that may have owned it in views that were not seen here; then those that surely did, the oldest first:
    /// what is on its way from one to the next is then met. One that had it, lost it and had it again is asked again.
    /// </returns>
    private (List<long> Unknown, List<long> Former) Sources(GrainId grain)
    {
        var view = host.View;
        var now = host.Clock.Now;
        (ClusterView View, long Until)[] seen;
        bool isComplete;
        lock (_lock)
        {
            // The view by which the grain lives here may be newer than the one that was told here last.
            seen = [.. _former, (_current, long.MaxValue)];
            isComplete = now >= _incompleteUntil && view.Version <= _current.Version + 1;
        }

        var former = new List<long>();
        foreach (var (known, until) in seen)
        {
            if (until > now && Placement.OwnerOf(grain, known)?.Id is { } owner && owner != host.SiloId
                && view.Find(owner) is not null && (former.Count == 0 || former[^1] != owner))
            {
                former.Add(owner);
            }
        }

        var unknown = isComplete ? []
            : view.Silos.Select(silo => silo.Id).Where(id => id != host.SiloId && !former.Contains(id)).ToList();
        return (unknown, former);
    }

    /// <summary>Parcels of grains that have moved on before they were called here move on as well.</summary>
    private void SendOnKept()
    {
        var now = host.Clock.Now;
        foreach (var (grain, kept) in _kept)
        {
            if (kept.Until < now)
            {
                _kept.TryRemove(new KeyValuePair<GrainId, (Parcel, long)>(grain, kept));
            }
            else if (!LivesHere(grain) && _kept.TryRemove(grain, out var taken))
            {
                Left(taken.Parcel);
            }
        }
    }
}
