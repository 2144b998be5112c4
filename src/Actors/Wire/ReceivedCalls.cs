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
    private bool _closed;

    /// <summary>Puts the call in its place; false when everything was taken out for good.</summary>
    /// <param name="call">What has come.</param>
    /// <param name="before">The call that had the place: its sender waits no longer for it. Null: none had.</param>
    internal bool TryAdd(GrainCall call, out GrainCall? before)
    {
        var place = PendingCalls.PlaceOf(call.Correlation);
        lock (_lock)
        {
            before = null;
            if (_closed)
            {
                return false;
            }

            if (place >= _places.Length)
            {
                Array.Resize(ref _places, Math.Min(PendingCalls.Most, Math.Max(place + 1, _places.Length * 2)));
            }

            before = _places[place];
            _places[place] = call;
            return true;
        }
    }

    /// <summary>Takes the call out; false when somebody else has.</summary>
    internal bool TryTake(GrainCall call)
    {
        lock (_lock)
        {
            var place = PendingCalls.PlaceOf(call.Correlation);
            if (place >= _places.Length || !ReferenceEquals(_places[place], call))
            {
                return false;
            }

            _places[place] = null;
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

    /// <summary>Takes everything out, and takes nothing in any more.</summary>
    internal IReadOnlyList<GrainCall> TakeAll()
    {
        lock (_lock)
        {
            _closed = true;
            var all = _places.OfType<GrainCall>().ToList();
            Array.Clear(_places);
            return all;
        }
    }
}
