namespace Sluice.Testing.Judging;

/// <summary>What one client may do, and what a judge knows of the system that holds it to that.</summary>
public sealed record Terms
{
    public const string RateName = "rate";
    public const string SlotsName = "slots";
    public const string QuotaName = "quota";
    public const string TokensName = "tokens";

    /// <summary>Null: any number of calls.</summary>
    public RateTerms? Rate { get; init; }

    /// <summary>
    /// Of tokens, read and answered; null is any number. Calls then reserve all that they may answer, so that it is
    /// never passed, unless <see cref="LearnsOutput"/> is set.
    /// </summary>
    public RateTerms? Tokens { get; init; }

    /// <summary>True: calls reserve what the client's answers seldom pass.</summary>
    public bool LearnsOutput { get; init; }

    /// <summary>Most calls at the same time; null is any number.</summary>
    public int? Slots { get; init; }

    /// <summary>Most calls of the client in all; null is any number.</summary>
    public long? Quota { get; init; }

    /// <summary>True: calls go on whose slots cannot be renewed.</summary>
    public bool IsLenient { get; init; }

    /// <summary>True: edges admit by themselves, up to a budget, while the client's silo cannot be reached.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The limits, as the admin API takes them.</summary>
    public object[] ToLimits()
    {
        var limits = new List<object>();
        if (Rate is { } rate)
        {
            limits.Add(LimitOf(RateName, rate, "requests"));
        }

        if (Tokens is { } tokens)
        {
            limits.Add(LimitOf(TokensName, tokens, "tokens"));
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

    private static object LimitOf(string name, RateTerms rate, string unit) => new
    {
        name, kind = "rate", unit, amount = rate.Amount, burst = rate.Burst,
        period = FormattableString.Invariant($"{rate.Period.TotalSeconds}s"),
    };

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
    /// Calls of the rate that an owner which begins after a crash counts as made, to be on the safe side.
    /// </summary>
    public long RateWithheld { get; init; }

    /// <summary>Calls of the quota that it counts as made.</summary>
    public long QuotaWithheld { get; init; }
}

/// <param name="Burst">Most at once.</param>
/// <param name="Amount">What is added every <paramref name="Period"/>.</param>
/// <param name="Period">Longer than zero.</param>
public sealed record RateTerms(long Burst, long Amount, TimeSpan Period);
