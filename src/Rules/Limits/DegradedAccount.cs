using System.Collections.Immutable;

namespace Sluice.Rules.Limits;

/// <summary>Why an edge does not go on without the owner.</summary>
public enum DegradedAnswer
{
    None,

    /// <summary>It does: the call is admitted and counted.</summary>
    Admitted,

    /// <summary>The plan forbids it.</summary>
    Closed,

    /// <summary>No owner has verified this key for this model lately, or the last answer was a refusal.</summary>
    NotVerified,

    /// <summary>The owner has been out of reach for too long.</summary>
    GraceOver,

    /// <summary>As many calls run at this edge as may.</summary>
    NoSlot,

    /// <summary>The call would cost more than is left.</summary>
    NoBudget,

    /// <summary>The edge has not heard for too long what was revoked.</summary>
    FeedSilent,
}

/// <summary>
/// What an edge does for one client while it cannot reach the client's owner, and what it owes the owner for it. All
/// of a call's costs are spent, or nothing.
/// </summary>
/// <param name="firstTotal">
/// What the owner may know of this edge session already: totals begin there, so that they only grow.
/// </param>
public sealed class DegradedAccount(DegradedUse firstTotal)
{
    private readonly Dictionary<string, DegradedBudget> _budgets = new() { [Units.Requests] = default };
    private DegradedPlan _plan = DegradedPlan.Closed;
    private ImmutableArray<(string? Unit, long Budget)> _parts = [];
    private long? _slots;

    /// <summary>
    /// All that was spent: calls when they were admitted, what they cost in other units when they ended.
    /// </summary>
    public DegradedUse Total { get; private set; } = firstTotal;

    /// <summary>Of that, what the owner has taken for sure.</summary>
    public DegradedUse Taken { get; private set; } = firstTotal;

    public bool HasDebt { get; private set; }

    /// <summary>When the outage began that was last in force; null when there is none.</summary>
    public TimeSpan? FirstFailure => _budgets[Units.Requests].FirstFailure;

    public TimeSpan VerifiedMax => _plan.VerifiedMax;

    public bool IsOpen => _plan.IsOpen;

    /// <summary>The terms in force from now on. What was spent in an outage stays spent.</summary>
    /// <param name="plan">What the plan allows.</param>
    /// <param name="parts">What this edge may spend of each unit; a unit that is not named is not limited.</param>
    /// <param name="slots">Calls at once at this edge; null for any number.</param>
    public void Under(DegradedPlan plan, ImmutableArray<(string? Unit, long Budget)> parts, long? slots)
    {
        (_plan, _parts, _slots) = (plan, parts, slots);
        foreach (var (unit, _) in parts)
        {
            _budgets.TryAdd(NameOf(unit), _budgets[Units.Requests] with { Spent = 0, Untold = 0 });
        }
    }

    /// <summary>The owner could not be reached.</summary>
    public void Failed(TimeSpan now) => Change(budget => budget.Failed(_plan, now));

    /// <summary>The owner has answered, and has taken a debt that was told with the question.</summary>
    /// <param name="told">The total that was told; null when none was, or it was not taken.</param>
    /// <param name="now">Edge's monotonic time.</param>
    public void Answered(DegradedUse? told, TimeSpan now)
    {
        if (told is { } total)
        {
            Taken = Taken.OrMore(total);
            HasDebt = !Total.Beyond(Taken).IsNothing;
        }

        if (FirstFailure is not null)
        {
            // Calls that still run will tell what they cost; that they were admitted is told.
            var isTold = Taken.Requests == Total.Requests;
            Change(budget => budget.Told(isTold ? budget.Untold : 0, _plan, now));
        }
    }

    /// <summary>Admits a call without the owner, or says why not.</summary>
    /// <param name="costs">What it is expected to cost at most.</param>
    /// <param name="running">Calls of this client that this edge runs, however they were admitted.</param>
    /// <param name="verified">When an owner last verified the presented key for this model; null for never.</param>
    /// <param name="now">Edge's monotonic time.</param>
    public DegradedAnswer Ask(Costs costs, long running, TimeSpan? verified, TimeSpan now)
    {
        if (!_plan.IsOpen)
        {
            return DegradedAnswer.Closed;
        }

        if (verified is not { } at || now - at > _plan.VerifiedMax)
        {
            return DegradedAnswer.NotVerified;
        }

        if (FirstFailure is not { } first || now - first >= _plan.Grace)
        {
            return DegradedAnswer.GraceOver;
        }

        if (running >= _slots)
        {
            return DegradedAnswer.NoSlot;
        }

        var budgets = _parts.ToDictionary(part => NameOf(part.Unit), part => part.Budget);
        budgets.TryAdd(Units.Requests, long.MaxValue); // Counted in any case: it is what the debt is known by.
        var spent = new Dictionary<string, DegradedBudget>();
        foreach (var (unit, budget) in budgets)
        {
            if (_budgets[unit].Spend(costs.Of(unit), budget, verified, _plan, now) is not { } next)
            {
                return DegradedAnswer.NoBudget;
            }

            spent[unit] = next;
        }

        foreach (var (unit, budget) in spent)
        {
            _budgets[unit] = budget;
        }

        Owe(new DegradedUse(1, default));
        return DegradedAnswer.Admitted;
    }

    /// <summary>A call that was admitted without the owner has ended.</summary>
    /// <param name="used">What it used in units other than requests.</param>
    public void Ended(Costs used) => Owe(new DegradedUse(0, used));

    private void Owe(DegradedUse use)
    {
        Total = Total.Plus(use.Bounded());
        HasDebt = !Total.Beyond(Taken).IsNothing;
    }

    private void Change(Func<DegradedBudget, DegradedBudget> change)
    {
        foreach (var unit in _budgets.Keys.ToList())
        {
            _budgets[unit] = change(_budgets[unit]);
        }
    }

    private static string NameOf(string? unit) => string.IsNullOrEmpty(unit) ? Units.Requests : unit;
}
