namespace Sluice.Rules.Limits;

/// <param name="EdgeSession">The edge session.</param>
/// <param name="Highest">Slots that it may hold; 0 or more. Of 0, nothing is kept.</param>
public readonly record struct StoredSlots(long EdgeSession, int Highest);

/// <summary>
/// How many slots each edge session may hold before more is stored, so that after a crash nobody holds more than is
/// known. It is stored before it is granted; what is stored is lowered again when it is far too high, and taken out
/// when its session is silent for as long as a slot is taken.
/// </summary>
public sealed class SlotCeilings
{
    private const int AheadMin = 2;

    private readonly Dictionary<long, Session> _sessions;

    // No session is silent for long enough before this.
    private TimeSpan _nextLook = TimeSpan.MaxValue;

    // Peak is the most that was in use of late: it follows a rise at once, and a fall by a quarter with each report.
    private readonly record struct Session(int InUse, int Stored, TimeSpan SilentAt, int Peak);

    public SlotCeilings() => _sessions = [];

    private SlotCeilings(SlotCeilings from) => (_sessions, _nextLook) = (new(from._sessions), from._nextLook);

    public SlotCeilings Copy() => new(this);

    /// <summary>Sessions of which something is known; 0 or more.</summary>
    public int Count => _sessions.Count;

    /// <summary>What each session of which something is stored holds, which is what a clean stop leaves.</summary>
    public IEnumerable<StoredSlots> InUse =>
        from session in _sessions
        where session.Value.Stored > 0
        orderby session.Key
        select new StoredSlots(session.Key, session.Value.InUse);

    /// <summary>Whether the session may hold one more without storing more.</summary>
    /// <param name="edgeSession">The session.</param>
    /// <param name="unheard">What it may hold beyond what is known; 0 or more.</param>
    internal bool Covers(long edgeSession, int unheard)
    {
        var session = _sessions.GetValueOrDefault(edgeSession);
        return session.InUse + unheard < session.Stored;
    }

    /// <summary>
    /// What to store next for a session: more when half of what is ahead is used, less when it held less than a
    /// quarter for some reports. A lower one is in force at once, a higher one when it is <see cref="Stored"/>. Null:
    /// nothing, which is the usual case. It does not follow what is in use at this moment down: calls come in bursts,
    /// and each would be stored twice, and waited for.
    /// </summary>
    internal StoredSlots? Next(long edgeSession, int unheard, int most)
    {
        var session = _sessions.GetValueOrDefault(edgeSession);
        var held = session.InUse + unheard;
        if (held + Ahead(held) / 2 >= session.Stored)
        {
            var higher = Math.Min(held + Ahead(held), Math.Max(held, most));
            return higher > session.Stored ? new StoredSlots(edgeSession, higher) : null;
        }

        var peak = Math.Max(held, session.Peak);
        var lower = peak + Ahead(peak);
        if (lower > session.Stored / 4)
        {
            return null;
        }

        _sessions[edgeSession] = session with { Stored = lower };
        return new StoredSlots(edgeSession, lower);
    }

    private static int Ahead(int held) => Math.Max(AheadMin, held / 2);

    /// <summary>
    /// Sessions that hold nothing and are silent: nothing of them is kept from now on, and what is stored goes.
    /// </summary>
    internal List<StoredSlots>? TakeSilent(TimeSpan now)
    {
        if (now < _nextLook)
        {
            return null; // The usual case, on every request: nothing to look through.
        }

        _nextLook = TimeSpan.MaxValue;
        List<StoredSlots>? silent = null;
        foreach (var (edgeSession, session) in _sessions)
        {
            if (session.InUse > 0 || now < session.SilentAt)
            {
                LookAt(session.SilentAt > now ? session.SilentAt : now);
            }
            else if (_sessions.Remove(edgeSession) && session.Stored > 0)
            {
                (silent ??= []).Add(new StoredSlots(edgeSession, 0));
            }
        }

        return silent;
    }

    /// <summary>More has been stored; an answer that comes late never lowers.</summary>
    /// <param name="slots">What was stored.</param>
    /// <param name="silentAt">When the session is silent, unless it is heard of; null leaves it.</param>
    public void Stored(StoredSlots slots, TimeSpan? silentAt = null)
    {
        if (!_sessions.TryGetValue(slots.EdgeSession, out var session))
        {
            session = new Session(0, 0, TimeSpan.Zero, Peak: slots.Highest); // An owner before may have needed all.
        }

        _sessions[slots.EdgeSession] = session with { Stored = Math.Max(session.Stored, slots.Highest) };
        HeardOf(slots.EdgeSession, silentAt ?? session.SilentAt);
    }

    internal void Change(long edgeSession, int change)
    {
        var session = _sessions.GetValueOrDefault(edgeSession);
        var inUse = session.InUse + change;
        _sessions[edgeSession] = session with { InUse = inUse, Peak = Math.Max(session.Peak, inUse) };
    }

    /// <summary>The session has reported, until when it is not silent: what was used before counts less.</summary>
    internal void Reported(long edgeSession, TimeSpan silentAt)
    {
        if (_sessions.TryGetValue(edgeSession, out var session))
        {
            _sessions[edgeSession] = session with { Peak = Math.Max(session.InUse, session.Peak * 3 / 4) };
            HeardOf(edgeSession, silentAt);
        }
    }

    /// <summary>The session is there: what is stored of it stays until then at least.</summary>
    internal void HeardOf(long edgeSession, TimeSpan silentAt)
    {
        if (_sessions.TryGetValue(edgeSession, out var session))
        {
            _sessions[edgeSession] = session with { SilentAt = Max(session.SilentAt, silentAt) };
            LookAt(_sessions[edgeSession].SilentAt);
        }
    }

    /// <summary>A session that is over holds nothing; what is stored of it may be taken out of the ledger.</summary>
    internal void Forget(long edgeSession) => _sessions.Remove(edgeSession);

    private void LookAt(TimeSpan at) => _nextLook = at < _nextLook ? at : _nextLook;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
