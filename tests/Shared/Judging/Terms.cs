namespace Sluice.Testing.Judging;

/// <summary>What one client may do, and what a judge knows of the system that holds it to that.</summary>
public sealed record Terms
{
    public const string RateName = "rate";
    public const string SlotsName = "slots";
    public const string QuotaName = "quota";

    /// <summary>Null: any number of calls.</summary>
    public RateTerms? Rate { get; init; }

    /// <summary>Most calls at the same time; null is any number.</summary>
    public int? Slots { get; init; }

    /// <summary>Most calls of the client in all; null is any number.</summary>
    public long? Quota { get; init; }

    /// <summary>The limits, as the admin API takes them.</summary>
    public object[] ToLimits()
    {
        var limits = new List<object>();
        if (Rate is { } rate)
        {
            var period = FormattableString.Invariant($"{rate.Period.TotalSeconds}s");
            limits.Add(new { name = RateName, kind = "rate", amount = rate.Amount, burst = rate.Burst, period });
        }

        if (Slots is { } slots)
        {
            limits.Add(new { name = SlotsName, kind = "concurrency", amount = slots });
        }

        if (Quota is { } quota)
        {
            limits.Add(new { name = QuotaName, kind = "quota", amount = quota, calendar = "month" });
        }

        return [.. limits];
    }

    /// <summary>How long after a call a slot may look taken while nothing is wrong.</summary>
    public TimeSpan SlotsLag { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after its client has gone an edge may still be asking for a call.</summary>
    public TimeSpan AskingMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Calls of the rate that may be out at edges, which then refuses others: half of the burst where edges decide by
    /// themselves, otherwise 0.
    /// </summary>
    public long RateOut { get; init; }

    /// <summary>When trouble began; null when there was none. Before it everything is exact.</summary>
    public long? TroubleAt { get; init; }

    /// <summary>
    /// Owners that began since then. Each goes on with what the one before left as if no time had passed, because their
    /// clocks do not agree: what refills while nobody decides is lost.
    /// </summary>
    public long Openings { get; init; }

    /// <summary>
    /// Calls of the rate that an owner which begins after a crash counts as made, to be on the safe side.
    /// </summary>
    public long RateWithheld { get; init; }

    /// <summary>Calls of the quota that it counts as made.</summary>
    public long QuotaWithheld { get; init; }
}

/// <param name="Burst">Most calls at once.</param>
/// <param name="Amount">Calls that are added every <paramref name="Period"/>.</param>
/// <param name="Period">Longer than zero.</param>
public sealed record RateTerms(long Burst, long Amount, TimeSpan Period)
{
    /// <summary>What is added in this time, rounded up.</summary>
    public long RefilledIn(TimeSpan time) => (long)(((Int128)time.Ticks * Amount + Period.Ticks - 1) / Period.Ticks);
}
