using Sluice.Actors.Migration;

namespace Sluice.Actors.Activations;

/// <summary>What an activation gets from the one before it on another silo, and leaves to the next one.</summary>
internal sealed partial class Activation
{
    private bool _hasFetched;

    /// <summary>When the parcel was packed that it began with; zero when there was none.</summary>
    private long _beganWith;

    /// <summary>What it begins with, until it has begun: if it cannot, the next one needs it.</summary>
    private Parcel? _beginningWith;

    /// <summary>
    /// It has what the activation before it left, or does without: what comes later comes too late. False again when it
    /// has packed what it leaves itself.
    /// </summary>
    internal bool HasFetched
    {
        get => Volatile.Read(ref _hasFetched);
        private set => Volatile.Write(ref _hasFetched, value);
    }

    /// <exception cref="LivesElsewhereException">The grain does not live here, or no longer does.</exception>
    private async ValueTask<Parcel?> FetchAsync(MovingGrains moving)
    {
        if (!moving.LivesHere(GrainId))
        {
            throw new LivesElsewhereException();
        }

        var left = await moving.FetchAsync(GrainId);
        HasFetched = true;
        left = moving.TakeOwn(GrainId) is { } own && own.PackedAt > (left?.PackedAt ?? 0) ? own : left;
        if (moving.LivesHere(GrainId))
        {
            return left;
        }

        if (left is not null)
        {
            moving.Left(left); // Its new owner may have asked while it was on its way to here.
        }

        throw new LivesElsewhereException();
    }

    /// <summary>Writes down for the next activation, on another silo, what is only in memory.</summary>
    private void Leave(DeactivationReason reason)
    {
        if (Host.Moving is not { } moving || GrainInstance is not IGrainMigrationParticipant participant
            || reason.ReasonCode is not (DeactivationReasonCode.Migrating or DeactivationReasonCode.ShuttingDown))
        {
            return;
        }

        var context = new ParcelContext();
        try
        {
            participant.OnDehydrate(context);
            HasFetched = false; // What is handed over to here from now on is for the next one.
            moving.Left(context.ToParcel(GrainId, Math.Max(Host.Time.GetUtcNow().UtcTicks, _beganWith + 1)));
        }
        catch (Exception e)
        {
            Host.LogDeactivationFailed(GrainId, e);
        }
    }
}
