namespace Sluice.Rules.Limits;

/// <summary>What a quota has left for a request.</summary>
public enum QuotaAnswer
{
    /// <summary>It fits, and the durable count already covers it.</summary>
    Fits,

    /// <summary>It fits the limit, but the durable count must be raised first.</summary>
    Pending,

    /// <summary>It does not fit in this period.</summary>
    Exhausted,
}

/// <summary>
/// Use within one calendar period, counted ahead of itself: <c>Reserved</c> is stored before it is spent, so a crash
/// may count too much and never too little.
/// </summary>
/// <param name="Period">The calendar period counted; it never goes back.</param>
/// <param name="Used">Units used in the period; 0 or more.</param>
/// <param name="Reserved">The stored count: nothing above it may be spent.</param>
public readonly record struct Quota(QuotaPeriod Period, long Used, long Reserved)
{
    /// <summary>Counts end here, so that no sum of them overflows.</summary>
    private const long UsedMax = 1L << 61;

    /// <summary>After a crash or hand-over all that was reserved counts as used.</summary>
    public static Quota Recovered(QuotaPeriod period, long reserved) => new(period, reserved, reserved);

    /// <summary>
    /// The quota in the period of <paramref name="utc"/>; a clock that steps back stays in its period.
    /// </summary>
    public Quota At(DateTimeOffset utc, QuotaCalendar calendar = default)
    {
        var period = calendar.PeriodOf(utc);
        return period.Number > Period.Number ? new Quota(period, 0, 0) : this;
    }

    public QuotaAnswer Ask(long units, long limit)
    {
        if (units > limit - Used)
        {
            return QuotaAnswer.Exhausted;
        }

        return Used + units <= Reserved ? QuotaAnswer.Fits : QuotaAnswer.Pending;
    }

    public Quota Take(long units) => this with { Used = Used + units };

    /// <summary>
    /// Gives back what a call took and did not use, if that was in this period; below zero it takes more, as a call may
    /// use more than it reserved: the count may then pass the limit and what is stored, which the next write mends.
    /// </summary>
    public Quota Refund(long units, DateTimeOffset taken, QuotaCalendar calendar = default) =>
        calendar.PeriodOf(taken) == Period ? this with { Used = Math.Clamp(Used - units, 0, UsedMax) } : this;

    /// <summary>
    /// What to store next so that <paramref name="units"/> and a block beyond fit; null when the half of the block that
    /// was opened last is still unused. Never above the limit, so the last unit can be used.
    /// </summary>
    /// <param name="units">Units that must fit; 0 to extend ahead of need.</param>
    /// <param name="block">Units to reserve at a time; 1 or more.</param>
    /// <param name="limit">Units per period; 1 or more.</param>
    public long? NextReserve(long units, long block, long limit)
    {
        if (Used + units <= Reserved && Reserved - Used - units > block / 2)
        {
            return null;
        }

        // What was used beyond its reservation is stored though it passes the limit: it cannot be refused any more.
        var target = Math.Max(Math.Min(Used + units + block, limit), Used);
        return target > Reserved ? target : null;
    }

    /// <summary>
    /// What a clean stop stores and the next owner begins with: nothing is under way, so what is used is exact.
    /// </summary>
    public Quota Stopped() => this with { Reserved = Used };

    /// <summary>
    /// Counts at least what the edges have used by their own totals: heals a debit that a crash forgot, and never
    /// lowers.
    /// </summary>
    public Quota AtLeast(QuotaPeriod period, long used) =>
        period == Period && used > Used ? this with { Used = Math.Min(used, UsedMax) } : this;

    /// <summary>
    /// Believes the log of usage, once it is complete: every call that was admitted in this period up to now is in it,
    /// those of lost edges too. What a crash counted too high comes back; what the log knows and we do not is added.
    /// </summary>
    /// <param name="period">The period that the log tells of.</param>
    /// <param name="usedByLog">Units used in it, all calls together; 0 or more.</param>
    /// <param name="reservedByCalls">Units that running calls hold, which no log can know yet; 0 or more.</param>
    /// <returns>What to store, and in force once it is; unchanged when the log tells of another period.</returns>
    public Quota Reconciled(QuotaPeriod period, long usedByLog, long reservedByCalls)
    {
        var used = Math.Min(usedByLog + reservedByCalls, UsedMax);
        return period == Period ? new Quota(period, used, used) : this;
    }

    /// <summary>
    /// The count is wrong by so much, as the log of usage shows; unchanged in another period. What is stored ahead
    /// stays, so nothing has to be stored for a count that is lowered.
    /// </summary>
    public Quota Corrected(QuotaPeriod period, long units) =>
        period == Period ? this with { Used = Math.Clamp(Used + units, 0, UsedMax) } : this;

    /// <summary>The stored count has been raised; a late answer never lowers it.</summary>
    public Quota WithReserved(QuotaPeriod period, long reserved) =>
        period == Period && reserved > Reserved ? this with { Reserved = reserved } : this;
}
