namespace Sluice.Rules.Limits;

/// <summary>
/// What an edge has spent of one rate of a client since it could not reach the client's owner. Everything is a debt
/// that is told to the owner; the budget is whole again only when that has taken it, and never twice within the grace,
/// however often the connection comes and goes.
/// </summary>
/// <param name="FirstFailure">Edge's monotonic time when the outage began; null when there is none.</param>
/// <param name="Spent">Tokens spent in it; 0 or more.</param>
/// <param name="Untold">Of those, what no owner has taken as a debt yet.</param>
/// <param name="IsReached">True: the owner has answered since it could last not be reached.</param>
public readonly record struct DegradedBudget(
    TimeSpan? FirstFailure, long Spent, long Untold, bool IsReached = false)
{
    /// <summary>
    /// The owner could not be reached. That is another outage, with a whole budget, when the one before has ended: the
    /// owner has answered since, has taken all of the debt, and the grace is past.
    /// </summary>
    public DegradedBudget Failed(DegradedPlan plan, TimeSpan now) =>
        FirstFailure is null || (IsReached && IsOver(plan, now))
            ? new DegradedBudget(now, 0, 0)
            : this with { IsReached = false };

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

    /// <summary>
    /// The owner has answered, and taken so much of the debt. The outage is over when nothing is untold and the grace
    /// is past.
    /// </summary>
    public DegradedBudget Told(long debt, DegradedPlan plan, TimeSpan now)
    {
        if (FirstFailure is null)
        {
            return this;
        }

        var told = this with { Untold = Math.Max(0, Untold - debt), IsReached = true };
        return told.IsOver(plan, now) ? default : told;
    }

    private bool IsOver(DegradedPlan plan, TimeSpan now) => Untold == 0 && now - FirstFailure >= plan.Grace;
}
