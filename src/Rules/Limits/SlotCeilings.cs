namespace Sluice.Rules.Limits;

/// <param name="EdgeSession">The edge session.</param>
/// <param name="Highest">Slots that it may hold; 0 or more.</param>
public readonly record struct StoredSlots(long EdgeSession, int Highest);

/// <summary>
/// How many slots each edge session may hold before more is stored, so that after a crash nobody holds more than is
/// known. It is stored before it is granted; what is stored is lowered again when it is far too high.
/// </summary>
public sealed class SlotCeilings
{
    private const int AheadMin = 2;

    private readonly Dictionary<long, (int InUse, int Stored)> _sessions;

    public SlotCeilings() => _sessions = [];

    private SlotCeilings(SlotCeilings from) => _sessions = new(from._sessions);

    public SlotCeilings Copy() => new(this);

    /// <summary>Whether the session may hold one more without storing more.</summary>
    /// <param name="edgeSession">The session.</param>
    /// <param name="unheard">What it may hold beyond what is known; 0 or more.</param>
    internal bool Covers(long edgeSession, int unheard)
    {
        var (inUse, stored) = _sessions.GetValueOrDefault(edgeSession);
        return inUse + unheard < stored;
    }

    /// <summary>
    /// What to store next for a session: more when it may not hold another, less when it holds less than a quarter. A
    /// lower one is in force at once, a higher one when it is <see cref="Stored"/>. Null: nothing.
    /// </summary>
    internal StoredSlots? Next(long edgeSession, int unheard)
    {
        var (inUse, stored) = _sessions.GetValueOrDefault(edgeSession);
        var held = inUse + unheard;
        var wanted = held + Math.Max(AheadMin, held / 2);
        if (held >= stored)
        {
            return new StoredSlots(edgeSession, wanted);
        }

        if (wanted > stored / 4)
        {
            return null;
        }

        _sessions[edgeSession] = (inUse, wanted);
        return new StoredSlots(edgeSession, wanted);
    }

    /// <summary>More has been stored; an answer that comes late never lowers.</summary>
    public void Stored(StoredSlots slots)
    {
        var (inUse, stored) = _sessions.GetValueOrDefault(slots.EdgeSession);
        _sessions[slots.EdgeSession] = (inUse, Math.Max(stored, slots.Highest));
    }

    internal void Count(long edgeSession, int change)
    {
        var (inUse, stored) = _sessions.GetValueOrDefault(edgeSession);
        _sessions[edgeSession] = (inUse + change, stored);
    }

    /// <summary>A session that is over holds nothing; what is stored of it may be taken out of the ledger.</summary>
    internal void Forget(long edgeSession) => _sessions.Remove(edgeSession);
}
