namespace Sluice.Rules.Limits;

/// <summary>
/// How long an owner may grant and renew slots without having heard that it still is the owner. Slots are not counted
/// by what is stored alone: an edge that can reach nobody else would run calls of an owner that was replaced for ever.
/// </summary>
/// <param name="Confirmed">Owner's monotonic time before it last asked and was told so.</param>
public readonly record struct OwnerLease(TimeSpan Confirmed)
{
    private const int DueDivisor = 3;

    /// <summary>False: a successor may count on this owner having stopped.</summary>
    public bool Holds(TimeSpan now, TimeSpan slotTtl) => now - Confirmed < slotTtl;

    /// <summary>A third of it is over: it should be asked for again, behind whatever is done.</summary>
    public bool IsDue(TimeSpan now, TimeSpan slotTtl) => now - Confirmed >= slotTtl / DueDivisor;

    /// <summary>It was told that it is the owner; an answer that comes late never shortens.</summary>
    public OwnerLease ConfirmedAt(TimeSpan asked) => new(asked > Confirmed ? asked : Confirmed);

    /// <summary>
    /// How long a successor counts what it was not told of: until the lease of the one before is over, and then the
    /// slots that it renewed last. Of one that ended long ago, nothing.
    /// </summary>
    /// <param name="slotTtl">The time of a slot.</param>
    /// <param name="sinceWritten">
    /// How long ago at least anything was stored last: every owner stores something before it grants, and whenever it
    /// asks whether it still is the owner.
    /// </param>
    public static TimeSpan RecoveryTime(TimeSpan slotTtl, TimeSpan sinceWritten) =>
        sinceWritten < 2 * slotTtl ? 2 * slotTtl - sinceWritten : TimeSpan.Zero;
}
