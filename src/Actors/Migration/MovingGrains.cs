using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Migration;

/// <summary>
/// Moves grains from silo to silo when the view changes. The silo that loses a grain ends its activation and sends what
/// it leaves to the new owner; one that is called before that came asks for it. Both are hints: what does not come in
/// time is done without.
/// </summary>
internal sealed class MovingGrains(ActorHost host)
{
    /// <summary>How long a parcel is kept, and a former owner is asked.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    private const int MostInOneCall = 64;

    private static readonly DeactivationReason MovedAway =
        new(DeactivationReasonCode.Migrating, "The grain lives on another silo now.");

    private readonly ConcurrentDictionary<GrainId, Parcel> _leaving = new();
    private readonly ConcurrentDictionary<GrainId, (Parcel Parcel, long Until)> _kept = new();

    /// <summary>Grains that their new owner is asking for: their parcels wait for it, and are not sent.</summary>
    private readonly ConcurrentDictionary<GrainId, int> _askedFor = new();

    private readonly Lock _lock = new();
    private (ClusterView View, long Until)[] _former = [];
    private ClusterView _current = ClusterView.Empty;
    private bool _sending;

    /// <summary>Parcels that no other silo has taken.</summary>
    internal bool HasLeaving => !_leaving.IsEmpty;

    /// <summary>Another silo may own what lives here, and this one what lives elsewhere.</summary>
    internal void ViewChanged(ClusterView view)
    {
        lock (_lock)
        {
            // Who has just joined was in no view before, and the grains that are now its own lived with the others.
            var before = _current.Version > 0 ? _current
                : new ClusterView(view.Version, view.Silos.Where(silo => silo.Id != host.SiloId));
            var now = host.Clock.Now;
            _former = [.. _former.Where(former => former.Until > now), (before, now + host.Clock.Length(Memory))];
            _current = view;
        }

        GiveUpStrays();
    }

    /// <summary>
    /// Ends activations of grains that live elsewhere. Also now and then: a call may have begun one while the view
    /// changed.
    /// </summary>
    internal void GiveUpStrays()
    {
        var view = host.View;
        foreach (var activation in host.Catalog.Unordered)
        {
            if (Placement.OwnerOf(activation.GrainId, view)?.Id != host.SiloId)
            {
                activation.Drain(MovedAway);
            }
        }

        SendOnKept();
    }

    /// <summary>Parcels of grains that have moved on before they were called here move on as well.</summary>
    private void SendOnKept()
    {
        var send = false;
        foreach (var (grain, kept) in _kept)
        {
            if (kept.Until < host.Clock.Now)
            {
                _kept.TryRemove(grain, out _);
            }
            else if (!LivesHere(grain) && _kept.TryRemove(grain, out var taken))
            {
                send |= _leaving.TryAdd(grain, taken.Parcel);
            }
        }

        if (send)
        {
            Send();
        }
    }

    /// <summary>Whether the grain may begin here, as far as is known.</summary>
    internal bool LivesHere(GrainId grain) => Placement.OwnerOf(grain, host.View)?.Id == host.SiloId;

    /// <summary>What an activation leaves here when it ends because its grain moves; null when nothing.</summary>
    internal void Left(Parcel parcel)
    {
        host.Metrics.HandedOver();
        _leaving[parcel.Grain] = parcel;
        if (!_askedFor.ContainsKey(parcel.Grain))
        {
            Send();
        }
    }

    /// <summary>At the former owner: ends the activation, and gives what it left.</summary>
    internal async Task<Parcel?> GiveAsync(GrainId grain)
    {
        _askedFor.TryAdd(grain, 0);
        try
        {
            // Who asks may have a newer view than this silo; if it is the other way, the grain comes back soon.
            if (host.Catalog.Find(grain) is { } activation)
            {
                activation.Drain(MovedAway);
                await activation.Deactivated;
            }

            _leaving.TryRemove(grain, out var leaving);
            return Newer(leaving, TakeKept(grain));
        }
        finally
        {
            _askedFor.TryRemove(grain, out _);
        }
    }

    /// <summary>At the new owner: keeps parcels until their grains are called.</summary>
    internal void Keep(IReadOnlyList<Parcel> parcels)
    {
        var until = host.Clock.Now + host.Clock.Length(Memory);
        foreach (var parcel in parcels)
        {
            // One that has begun goes on with what it has; one that has not, or that only seems to live here, needs it.
            if (host.Catalog.Find(parcel.Grain) is not { HasBegun: true })
            {
                _kept.AddOrUpdate(
                    parcel.Grain, (parcel, until),
                    (_, kept) => kept.Parcel.PackedAt < parcel.PackedAt ? (parcel, until) : kept);
            }
        }

        SendOnKept();
    }

    /// <summary>Before an activation begins: what the one before it left, here or on a silo that had it lately.</summary>
    internal async ValueTask<Parcel?> FetchAsync(GrainId grain)
    {
        Parcel? newest = null;
        foreach (var owner in FormerOwners(grain))
        {
            try
            {
                newest = Newer(newest, await Control(owner).TakeOver(grain));
            }
            catch (Exception e) when (e is TimeoutException or OrleansException)
            {
                host.LogNotHandedOver(grain, owner, e.Message);
            }
        }

        return Newer(newest, TakeKept(grain));
    }

    /// <summary>Sends what is left to send; over when nothing is. What nobody takes is dropped.</summary>
    internal async Task SendAllAsync()
    {
        foreach (var owner in _leaving.Values.GroupBy(parcel => Placement.OwnerOf(parcel.Grain, host.View)?.Id))
        {
            foreach (var parcels in owner.Where(parcel => !_askedFor.ContainsKey(parcel.Grain)).Chunk(MostInOneCall))
            {
                await SendAsync(owner.Key, parcels);
                foreach (var parcel in parcels)
                {
                    // Until here, who asked for it got it from here: it may have come sooner than what was sent.
                    _leaving.TryRemove(new KeyValuePair<GrainId, Parcel>(parcel.Grain, parcel));
                }
            }
        }
    }

    private async Task SendAsync(long? owner, Parcel[] parcels)
    {
        if (owner is not { } to)
        {
            return; // Nobody takes grains of that type any more.
        }

        if (to == host.SiloId)
        {
            Keep(parcels); // They came back before they had left.
            return;
        }

        try
        {
            await Control(to).HandOver(parcels);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            host.LogNotHandedOver(parcels[0].Grain, to, e.Message);
        }
    }

    private void Send()
    {
        lock (_lock)
        {
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        host.Work.Begin(async () =>
        {
            do
            {
                await SendAllAsync();
            }
            while (!EndSending());
        });
    }

    private bool EndSending()
    {
        lock (_lock)
        {
            return !(_sending = !_leaving.IsEmpty);
        }
    }

    private Parcel? TakeKept(GrainId grain) => _kept.TryRemove(grain, out var kept) ? kept.Parcel : null;

    private static Parcel? Newer(Parcel? one, Parcel? other) =>
        one is null || (other is not null && other.PackedAt > one.PackedAt) ? other : one;

    private IEnumerable<long> FormerOwners(GrainId grain)
    {
        var (former, now) = (_former, host.Clock.Now);
        return former.Where(view => view.Until > now)
            .Select(view => Placement.OwnerOf(grain, view.View)?.Id ?? 0)
            .Where(id => id != 0 && id != host.SiloId && host.View.Find(id) is not null)
            .Distinct();
    }

    private ISiloControl Control(long siloId) =>
        host.GrainFactory.GetGrain<ISiloControl>(siloId.ToString(CultureInfo.InvariantCulture));
}
