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
/// Between silos that live and hear each other, what a grain leaves reaches its next activation, for three reasons. A
/// silo tells its view before it asks, sends or answers, so it is never asked by somebody who knows less without that
/// one learning it. A parcel is only where its activation ended, or with a silo that owned the grain by its own view
/// when it took it; so who asks all owners of late meets it. And it leaves one silo's list only when it is in
/// another's.
/// </remarks>
internal sealed partial class MovingGrains(ActorHost host)
{
    /// <summary>How long a parcel is kept, and a former owner is asked.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    /// <summary>How long a parcel rests after it could not be sent, and how often it is tried: 1 s in all.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private const int MostTries = 10;

    private const int MostInOneCall = 64;

    private static readonly DeactivationReason MovedAway =
        new(DeactivationReasonCode.Migrating, "The grain lives on another silo now.");

    private readonly ParcelShelf _shelf = new(grain => LivesOn(host, grain));
    private readonly Lock _lock = new();
    private bool _sending;

    /// <summary>
    /// Ends activations of grains that live elsewhere. Also now and then: a call may have begun one while the view
    /// changed.
    /// </summary>
    internal void GiveUpStrays()
    {
        var view = host.View;
        var strays = host.Catalog.Unordered
            .Where(activation => Placement.OwnerOf(activation.GrainId, view)?.Id != host.SiloId)
            .OrderBy(activation => activation.Number);
        foreach (var activation in strays)
        {
            activation.Drain(MovedAway);
        }

        MoveOn();
    }

    /// <summary>Whether the grain may begin here, as far as is known.</summary>
    internal bool LivesHere(GrainId grain) => LivesOn(host, grain);

    /// <summary>What an activation leaves here when it ends because its grain moves.</summary>
    internal void Left(Parcel parcel)
    {
        host.Metrics.HandedOver();
        _shelf.Leave(parcel);
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

        _shelf.Asked(grain);
        try
        {
            if (host.Catalog.Find(grain) is { } activation)
            {
                activation.Drain(MovedAway);
                await activation.Deactivated;
            }

            return _shelf.Take(grain);
        }
        finally
        {
            _shelf.Answered(grain);
            Send();
        }
    }

    /// <summary>Sends what is there to be sent; over when nothing is.</summary>
    internal async Task SendAllAsync()
    {
        while (_shelf.ToSend() is { Count: > 0 } leaving)
        {
            var isSent = await Task.WhenAll(
                from owned in leaving.GroupBy(one => Placement.OwnerOf(one.Parcel.Grain, host.View)?.Id)
                from together in owned.Chunk(MostInOneCall)
                select SendAsync(owned.Key, together));
            if (!isSent.All(sent => sent))
            {
                await Task.Delay(Rest, host.Time);
            }
        }
    }

    /// <summary>
    /// Who asks meanwhile gets it from here: that may come sooner. What nobody takes after some tries is dropped.
    /// </summary>
    /// <returns>False when the owner could not be reached.</returns>
    private async Task<bool> SendAsync(long? owner, ParcelShelf.Leaving[] leaving)
    {
        if (owner is not { } to)
        {
            Array.ForEach(leaving, _shelf.Sent); // Nobody takes grains of that type any more.
            return true;
        }

        if (to == host.SiloId)
        {
            Array.ForEach(leaving, Return);
            return true;
        }

        try
        {
            var refused = await Control(to).HandOver([.. leaving.Select(one => one.Parcel)]);
            foreach (var one in leaving)
            {
                if (refused.Contains(one.Parcel.Grain))
                {
                    GiveUp(one);
                }
                else
                {
                    _shelf.Sent(one);
                }
            }

            return true;
        }
        catch (Exception e)
        {
            host.LogNotHandedOver(leaving[0].Parcel.Grain, to, e.Message);
            Array.ForEach(leaving, GiveUp);
            return false;
        }
    }

    /// <summary>Counts a try in vain, and drops it after the last one.</summary>
    private void GiveUp(ParcelShelf.Leaving leaving)
    {
        if (++leaving.Tries == MostTries)
        {
            _shelf.Sent(leaving);
        }
    }

    private void Send()
    {
        lock (_lock)
        {
            if (_sending || _shelf.ToSend().Count == 0)
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

    private static bool LivesOn(ActorHost host, GrainId grain) =>
        Placement.OwnerOf(grain, host.View)?.Id == host.SiloId;

    private ISiloControl Control(long siloId) =>
        host.GrainFactory.GetGrain<ISiloControl>(siloId.ToString(CultureInfo.InvariantCulture));
}
