namespace Sluice.Rules.Limits;

/// <summary>What a plan allows an edge that cannot reach a client's owner.</summary>
/// <param name="IsOpen">False: nothing; every request is refused until the owner answers.</param>
/// <param name="RateTime">Of how much time the client's rate may be spent without asking, over all edges.</param>
/// <param name="VerifiedMax">How long ago the key was verified, at most.</param>
/// <param name="Grace">How long after the first failure, at most; nothing re-arms the budget within that time.</param>
public readonly record struct DegradedPlan(bool IsOpen, TimeSpan RateTime, TimeSpan VerifiedMax, TimeSpan Grace)
{
    public static readonly DegradedPlan Default =
        new(IsOpen: true, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30));

    /// <summary>Tokens that one edge may spend in one outage; rounded down, so small rates give nothing.</summary>
    /// <param name="limit">The rate.</param>
    /// <param name="liveEdges">Edges that share it; 1 or more.</param>
    public long BudgetOf(BucketLimit limit, int liveEdges) => (long)Int128.Min(
        limit.Capacity, (Int128)limit.Refill * RateTime.Ticks / limit.Period.Ticks / liveEdges);

    /// <summary>Calls that one edge may run at once in an outage, those that run already among them.</summary>
    /// <param name="slots">The limit on calls at once.</param>
    /// <param name="liveEdges">Edges that share it; 1 or more.</param>
    public static long SlotsOf(long slots, int liveEdges) => slots / liveEdges;
}

/// <summary>
/// What an edge has spent of one rate of a client since it could not reach the client's owner. Everything is a debt
/// that is told to the owner; the budget is whole again only when that has taken it, and never twice within the grace,
/// however often the connection comes and goes.
/// </summary>
/// <param name="FirstFailure">Edge's monotonic time when the outage began; null when there is none.</param>
/// <param name="Spent">Tokens spent in it; 0 or more.</param>
/// <param name="Untold">Of those, what no owner has taken as a debt yet.</param>
public readonly record struct DegradedBudget(TimeSpan? FirstFailure, long Spent, long Untold)
{
    /// <summary>The owner could not be reached.</summary>
    public DegradedBudget Failed(TimeSpan now) => FirstFailure is null ? this with { FirstFailure = now } : this;

    /// <summary>Spends tokens without the owner, or tells by null that it must not.</summary>
    /// <param name="tokens">What the call is expected to cost; 0 or more.</param>
    /// <param name="budget">See <see cref="DegradedPlan.BudgetOf"/>.</param>
    /// <param name="verified">When an owner last verified the key that is presented; null for never.</param>
    /// <param name="plan">The client's plan.</param>
    /// <param name="now">Edge's monotonic time.</param>
    public DegradedBudget? Spend(long tokens, long budget, TimeSpan? verified, DegradedPlan plan, TimeSpan now)
    {
        var mayBeOpen = plan.IsOpen
            && FirstFailure is { } first
            && now - first < plan.Grace
            && verified is { } at
            && now - at <= plan.VerifiedMax;
        return mayBeOpen && tokens <= budget - Spent
            ? this with { Spent = Spent + tokens, Untold = Untold + tokens }
            : null;
    }

    /// <summary>The owner has taken a debt. The outage is over when nothing is untold and the grace is past.</summary>
    public DegradedBudget Told(long debt, DegradedPlan plan, TimeSpan now)
    {
        var told = this with { Untold = Math.Max(0, Untold - debt) };
        return told.Untold == 0 && FirstFailure is { } first && now - first >= plan.Grace ? default : told;
    }
}
