using Sluice.Actors.Calls;

namespace Sluice.Actors.Wire;

/// <summary>
/// The calls that came by one connection and wait or run here, by the place that their sender gave them. Who takes a
/// call out answers it, or drops it; nobody else may.
/// </summary>
internal sealed class ReceivedCalls
{
    private readonly Lock _lock = new();
    private GrainCall?[] _places = new GrainCall?[64];

    /// <summary>Puts the call in its place.</summary>
    /// <returns>The call that had the place: its sender waits no longer for it. Null when there was none.</returns>
    internal GrainCall? Add(GrainCall call)
    {
        var place = PendingCalls.PlaceOf(call.Correlation);
        lock (_lock)
        {
            if (place >= _places.Length)
            {
                Array.Resize(ref _places, Math.Min(PendingCalls.Most, Math.Max(place + 1, _places.Length * 2)));
            }

            var before = _places[place];
            _places[place] = call;
            return before;
        }
    }

    /// <summary>Takes the call out; false when somebody else has.</summary>
    internal bool TryTake(GrainCall call)
    {
        lock (_lock)
        {
            ref var place = ref _places[PendingCalls.PlaceOf(call.Correlation)];
            if (!ReferenceEquals(place, call))
            {
                return false;
            }

            place = null;
            return true;
        }
    }

    /// <summary>Takes the call of that correlation out; null when it is not here any more.</summary>
    internal GrainCall? Take(long correlation)
    {
        var place = PendingCalls.PlaceOf(correlation);
        lock (_lock)
        {
            if (place >= _places.Length || _places[place] is not { } call || call.Correlation != correlation)
            {
                return null;
            }

            _places[place] = null;
            return call;
        }
    }

    /// <summary>Takes everything out.</summary>
    internal IReadOnlyList<GrainCall> TakeAll()
    {
        lock (_lock)
        {
            var all = _places.OfType<GrainCall>().ToList();
            Array.Clear(_places);
            return all;
        }
    }
}
