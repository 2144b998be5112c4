using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Migration;

/// <summary>
/// Moves grains from silo to silo when the view changes. The silo that loses a grain ends its activation and sends what
/// it leaves to the new owner; one that is called before that came asks for it. Both are hints: what does not come in
/// time is done without. This file: what leaves. What comes is in MovingGrains.Coming.cs.
/// </summary>
/// <remarks>
/// Between silos that live and hear each other, what a grain leaves reaches its next activation, for two reasons. A
/// silo tells its view before it asks, so who is asked knows at least as much. And a parcel is at one place at any
/// time: it leaves one silo's list when another has put it into its own, and travels from older owners to newer ones,
/// in the order in which they are asked.
/// </remarks>
internal sealed partial class MovingGrains(ActorHost host)
{
    /// <summary>How long a parcel is kept, and a former owner is asked.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    private const int MostInOneCall = 64;

    private static readonly DeactivationReason MovedAway =
        new(DeactivationReasonCode.Migrating, "The grain lives on another silo now.");

    private readonly ConcurrentDictionary<GrainId, Parcel> _leaving = new();

    /// <summary>Grains that others are asking for, and how many do: their parcels wait, and are not sent.</summary>
    private readonly ConcurrentDictionary<GrainId, int> _askedFor = new();

    private readonly Lock _lock = new();
    private bool _sending;

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

    /// <summary>Whether the grain may begin here, as far as is known.</summary>
    internal bool LivesHere(GrainId grain) => Placement.OwnerOf(grain, host.View)?.Id == host.SiloId;

    /// <summary>What an activation leaves here when it ends because its grain moves.</summary>
    internal void Left(Parcel parcel)
    {
        host.Metrics.HandedOver();
        _leaving.AddOrUpdate(parcel.Grain, parcel, (_, other) => Newer(other, parcel)!);
        Send();
    }

    /// <summary>At the former owner: ends the activation, and gives what it left.</summary>
    internal async Task<Parcel?> GiveAsync(GrainId grain)
    {
        // The view of who asks was told before: when the grain lives here all the same, this silo knows better.
        if (LivesHere(grain))
        {
            return null;
        }

        _askedFor.AddOrUpdate(grain, 1, (_, count) => count + 1);
        try
        {
            if (host.Catalog.Find(grain) is { } activation)
            {
                activation.Drain(MovedAway);
                await activation.Deactivated;
            }

            return TakeOwn(grain);
        }
        finally
        {
            if (_askedFor.AddOrUpdate(grain, 0, (_, count) => count - 1) == 0)
            {
                _askedFor.TryRemove(new KeyValuePair<GrainId, int>(grain, 0));
            }

            Send();
        }
    }

    /// <summary>Sends what is there to be sent; over when nothing is.</summary>
    internal async Task SendAllAsync()
    {
        while (ToSend().ToList() is { Count: > 0 } parcels)
        {
            foreach (var owner in parcels.GroupBy(parcel => Placement.OwnerOf(parcel.Grain, host.View)?.Id))
            {
                foreach (var together in owner.Chunk(MostInOneCall))
                {
                    await SendAsync(owner.Key, together);
                }
            }
        }
    }

    /// <summary>
    /// Who asks meanwhile gets it from here: that may come sooner. What nobody takes is dropped, unless the grain
    /// belongs to another silo by then.
    /// </summary>
    private async Task SendAsync(long? owner, Parcel[] parcels)
    {
        if (owner is not { } to)
        {
            Array.ForEach(parcels, parcel => TryRemoveLeaving(parcel)); // Nobody takes grains of that type any more.
            return;
        }

        if (to == host.SiloId)
        {
            Keep([.. parcels.Where(TryRemoveLeaving)]); // They came back before they had left.
            return;
        }

        try
        {
            await Control(to).HandOver(parcels);
            Array.ForEach(parcels, parcel => TryRemoveLeaving(parcel));
        }
        catch (Exception e)
        {
            host.LogNotHandedOver(parcels[0].Grain, to, e.Message);
            foreach (var parcel in parcels.Where(parcel => Placement.OwnerOf(parcel.Grain, host.View)?.Id == to))
            {
                TryRemoveLeaving(parcel);
            }
        }
    }

    private bool TryRemoveLeaving(Parcel parcel) =>
        _leaving.TryRemove(new KeyValuePair<GrainId, Parcel>(parcel.Grain, parcel));

    private IEnumerable<Parcel> ToSend() => _leaving.Values.Where(parcel => !_askedFor.ContainsKey(parcel.Grain));

    private void Send()
    {
        lock (_lock)
        {
            if (_sending || !ToSend().Any())
            {
                return;
            }

            _sending = true;
        }

        host.Work.Begin(async () =>
        {
            try
            {
                await SendAllAsync();
            }
            finally
            {
                lock (_lock)
                {
                    _sending = false;
                }
            }

            Send(); // What came when the last look was over.
        });
    }

    private static Parcel? Newer(Parcel? one, Parcel? other) =>
        one is null || (other is not null && other.PackedAt > one.PackedAt) ? other : one;

    private ISiloControl Control(long siloId) =>
        host.GrainFactory.GetGrain<ISiloControl>(siloId.ToString(CultureInfo.InvariantCulture));
}
