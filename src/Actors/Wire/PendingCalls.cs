using Sluice.Actors.Calls;

namespace Sluice.Actors.Wire;

/// <summary>
/// The calls that one connection has carried away and that have no answer yet. A call's correlation is its place here
/// and a count of how often the place was used, so that an answer that comes too late finds nobody.
/// </summary>
internal sealed class PendingCalls
{
    internal const int PlaceBits = 16;

    /// <summary>The bound of a connection: one more call is refused at once.</summary>
    internal const int Most = 1 << PlaceBits;

    private const long PlaceMask = Most - 1;

    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private GrainCall?[] _calls = new GrainCall?[64];
    private long[] _uses = new long[64];
    private int _everUsed;
    private long _nextDeadline = long.MaxValue;

    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _everUsed - _free.Count;
            }
        }
    }

    /// <summary>The place of a correlation.</summary>
    internal static int PlaceOf(long correlation) => (int)(correlation & PlaceMask);

    /// <summary>Gives the call its correlation; false when there are as many as may be.</summary>
    internal bool TryAdd(GrainCall call)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out var place))
            {
                if (_everUsed == Most)
                {
                    return false;
                }

                place = _everUsed++;
                if (place == _calls.Length)
                {
                    Array.Resize(ref _calls, place * 2);
                    Array.Resize(ref _uses, place * 2);
                }
            }

            _calls[place] = call;
            call.Correlation = (++_uses[place] << PlaceBits) | (uint)place;
            _nextDeadline = Math.Min(_nextDeadline, call.Deadline);
            return true;
        }
    }

    /// <summary>Takes the call of that correlation out; null when it is not here any more.</summary>
    internal GrainCall? Take(long correlation)
    {
        lock (_lock)
        {
            var place = PlaceOf(correlation);
            return place < _everUsed && _uses[place] == correlation >> PlaceBits ? TakeAt(place) : null;
        }
    }

    /// <summary>Takes that call out; false when somebody else has, or it was never here.</summary>
    internal bool TryTake(GrainCall call)
    {
        lock (_lock)
        {
            var place = PlaceOf(call.Correlation);
            return place < _everUsed && ReferenceEquals(_calls[place], call) && TakeAt(place) is not null;
        }
    }

    /// <summary>Takes all calls out whose deadline has come.</summary>
    internal IReadOnlyList<GrainCall> TakeExpired(long now)
    {
        lock (_lock)
        {
            if (now < _nextDeadline)
            {
                return [];
            }

            var expired = new List<GrainCall>();
            _nextDeadline = long.MaxValue;
            for (var place = 0; place < _everUsed; place++)
            {
                if (_calls[place] is not { } call)
                {
                    continue;
                }

                if (call.Deadline <= now)
                {
                    expired.Add(TakeAt(place)!);
                }
                else
                {
                    _nextDeadline = Math.Min(_nextDeadline, call.Deadline);
                }
            }

            return expired;
        }
    }

    /// <summary>Takes everything out, in the order of the places.</summary>
    internal IReadOnlyList<GrainCall> TakeAll()
    {
        lock (_lock)
        {
            var all = new List<GrainCall>();
            for (var place = 0; place < _everUsed; place++)
            {
                if (TakeAt(place) is { } call)
                {
                    all.Add(call);
                }
            }

            return all;
        }
    }

    private GrainCall? TakeAt(int place)
    {
        if (_calls[place] is not { } call)
        {
            return null;
        }

        _calls[place] = null;
        _free.Push(place);
        return call;
    }
}
