namespace Sluice.Rules.Limits;

/// <summary>
/// What an owner that begins after a crash does not know yet: how many slots each edge holds. Until an edge has told,
/// it counts as holding all that was stored for it. It is over when every edge has told, or when a slot's time is over:
/// an edge that could renew nothing has ended its calls by then.
/// </summary>
public sealed class SlotRecovery
{
    private readonly Dictionary<long, int> _unheard;

    // Sessions of which nothing was stored and that have told; null where only those of which something was may tell.
    private readonly HashSet<long>? _heard;

    /// <param name="stored">What is stored for each edge session.</param>
    /// <param name="until">Owner's monotonic time when a slot that was granted before it began is over.</param>
    /// <param name="hearsAll">True: sessions of which nothing is stored may have something to tell, each once.</param>
    public SlotRecovery(IEnumerable<StoredSlots> stored, TimeSpan until, bool hearsAll = false)
    {
        _unheard = stored.ToDictionary(session => session.EdgeSession, session => session.Highest);
        _heard = hearsAll ? [] : null;
        (Until, Unheard) = (until, _unheard.Values.Sum());
    }

    private SlotRecovery(SlotRecovery from)
    {
        (_unheard, Until, Unheard) = (new(from._unheard), from.Until, from.Unheard);
        _heard = from._heard is { } heard ? [.. heard] : null;
    }

    public TimeSpan Until { get; }

    /// <summary>True: sessions of which nothing is stored may have something to tell.</summary>
    public bool HearsAll => _heard is not null;

    /// <summary>Slots that edges may hold which have not told.</summary>
    public int Unheard { get; private set; }

    /// <summary>Slots that this edge may hold of which it has not told.</summary>
    public int UnheardOf(long edgeSession) => _unheard.GetValueOrDefault(edgeSession);

    public bool IsOver(TimeSpan now) => now >= Until || (_unheard.Count == 0 && _heard is null);

    public SlotRecovery Copy() => new(this);

    /// <summary>The session has told what it holds, or is known to be gone.</summary>
    /// <returns>False: it was heard before.</returns>
    public bool Heard(long edgeSession)
    {
        if (_unheard.Remove(edgeSession, out var highest))
        {
            Unheard -= highest;
            _heard?.Add(edgeSession);
            return true;
        }

        return _heard?.Add(edgeSession) is true;
    }
}
