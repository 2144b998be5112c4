using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class DegradedBudgetTests
{
    private static readonly DegradedPlan Plan = DegradedPlan.Default;
    private static readonly DegradedBudget Failed = default(DegradedBudget).Failed(Plan, Seconds(10));

    [Fact]
    public void A_budget_is_two_seconds_of_the_rate_shared_by_the_edges_and_at_most_the_burst()
    {
        var hundredPerSecond = new BucketLimit(150, 100, TimeSpan.FromSeconds(1));

        Assert.Equal(66, Plan.BudgetOf(hundredPerSecond, liveEdges: 3));
        Assert.Equal(150, Plan.BudgetOf(hundredPerSecond, liveEdges: 1));
        Assert.Equal(0, Plan.BudgetOf(new BucketLimit(10, 1, TimeSpan.FromMinutes(1)), liveEdges: 1));
        Assert.Equal(3, DegradedPlan.SlotsOf(slots: 10, liveEdges: 3));
    }

    [Fact]
    public void The_budget_can_be_spent_to_the_last_token_and_is_a_debt()
    {
        var spent = Failed.Spend(5, budget: 5, verified: Seconds(9), Plan, Seconds(11));

        Assert.Equal(new DegradedBudget(Seconds(10), Spent: 5, Untold: 5), spent);
        Assert.Null(spent!.Value.Spend(1, budget: 5, verified: Seconds(9), Plan, Seconds(11)));
    }

    [Fact]
    public void A_key_that_was_not_verified_lately_is_refused()
    {
        Assert.Null(Failed.Spend(1, 5, verified: null, Plan, Seconds(11)));
        Assert.NotNull(Failed.Spend(1, 5, verified: Seconds(-40), Plan, Seconds(20)));
        Assert.Null(Failed.Spend(1, 5, verified: Seconds(-40), Plan, Seconds(20.001)));
    }

    [Fact]
    public void The_grace_counts_from_the_first_failure()
    {
        var again = Failed.Failed(Plan, Seconds(30));

        Assert.NotNull(again.Spend(1, 5, verified: Seconds(30), Plan, Seconds(39.999)));
        Assert.Null(again.Spend(1, 5, verified: Seconds(30), Plan, Seconds(40)));
    }

    [Fact]
    public void A_closed_plan_spends_nothing_and_so_does_an_edge_that_reaches_the_owner()
    {
        Assert.Null(Failed.Spend(1, 5, Seconds(10), Plan with { IsOpen = false }, Seconds(11)));
        Assert.Null(default(DegradedBudget).Spend(1, 5, Seconds(10), Plan, Seconds(11)));
    }

    /// <summary>Guards against a connection that comes and goes, each time with a budget that is whole again.</summary>
    [Fact]
    public void A_debt_that_was_taken_makes_the_budget_whole_only_after_the_grace()
    {
        var spent = Failed.Spend(5, 5, Seconds(10), Plan, Seconds(11))!.Value;

        var early = spent.Told(5, Plan, Seconds(12));
        Assert.Equal(spent with { Untold = 0, IsReached = true }, early);
        Assert.Null(early.Failed(Plan, Seconds(13)).Spend(1, 5, Seconds(12), Plan, Seconds(13)));

        var part = spent.Told(3, Plan, Seconds(41));
        Assert.Equal(spent with { Untold = 2, IsReached = true }, part);
        Assert.Equal(default, early.Told(0, Plan, Seconds(40)));
    }

    /// <summary>Guards clients that were served since: a blip of long ago is no part of an outage.</summary>
    [Fact]
    public void A_failure_after_the_grace_is_another_outage_if_the_owner_has_answered_since()
    {
        var spent = Failed.Spend(5, 5, Seconds(10), Plan, Seconds(11))!.Value;

        var again = spent.Told(5, Plan, Seconds(39)).Failed(Plan, Seconds(40));

        Assert.Equal(new DegradedBudget(Seconds(40), Spent: 0, Untold: 0), again);
        Assert.Equal(spent, spent.Failed(Plan, Seconds(41))); // It has not answered: this is the same one.
        var untold = spent.Told(4, Plan, Seconds(39)).Failed(Plan, Seconds(40));
        Assert.Equal(spent with { Untold = 1 }, untold); // Nor has it taken the debt here.
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
