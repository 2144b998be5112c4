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
    /// <summary>After a crash or hand-over all that was reserved counts as used.</summary>
    public static Quota Recovered(QuotaPeriod period, long reserved) => new(period, reserved, reserved);

    /// <summary>
    /// The quota in the period of <paramref name="utc"/>; a clock that steps back stays in its period.
    /// </summary>
    public Quota At(DateTimeOffset utc)
    {
        var period = QuotaPeriod.MonthOf(utc);
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

    /// <summary>Gives back what a call took that no pool ever saw, if that was in this period.</summary>
    public Quota Refund(long units, DateTimeOffset taken) =>
        QuotaPeriod.MonthOf(taken) == Period ? this with { Used = Math.Max(0, Used - units) } : this;

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

        var target = Math.Min(Used + units + block, limit);
        return target > Reserved ? target : null;
    }

    /// <summary>The stored count has been raised; a late answer never lowers it.</summary>
    public Quota WithReserved(QuotaPeriod period, long reserved) =>
        period == Period && reserved > Reserved ? this with { Reserved = reserved } : this;
}
