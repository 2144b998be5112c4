using System.Collections.Immutable;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class DegradedAccountTests
{
    private static readonly Costs Call = new(InputTokens: 10, OutputTokens: 5);

    private readonly DegradedAccount _account = new(default);

    public DegradedAccountTests()
    {
        Under([(null, 3), (Units.TotalTokens, 40)], slots: 2);
        _account.Failed(Seconds(10));
    }

    [Fact]
    public void A_call_spends_of_every_unit_or_of_none()
    {
        Assert.Equal(DegradedAnswer.Admitted, Ask(Call));
        Assert.Equal(DegradedAnswer.NoBudget, Ask(new Costs(26, 0))); // 41 tokens of 40.
        Assert.Equal(DegradedAnswer.Admitted, Ask(new Costs(25, 0)));
        Assert.Equal(DegradedAnswer.Admitted, Ask(default)); // The third request costs no tokens.
        Assert.Equal(DegradedAnswer.NoBudget, Ask(default));
        Assert.Equal(3, _account.Total.Requests);
    }

    [Fact]
    public void What_runs_already_counts_among_the_slots()
    {
        Assert.Equal(DegradedAnswer.Admitted, Ask(Call, running: 1));
        Assert.Equal(DegradedAnswer.NoSlot, Ask(Call, running: 2));
    }

    [Fact]
    public void A_limit_that_leaves_an_edge_no_slot_admits_nothing()
    {
        Under([(null, 3)], slots: 0);

        Assert.Equal(DegradedAnswer.NoSlot, Ask(Call));
    }

    [Fact]
    public void A_plan_that_bounds_no_rate_still_counts_what_it_owes()
    {
        Under([], slots: null);

        Assert.Equal(DegradedAnswer.Admitted, Ask(Call, running: 1_000));
        Assert.Equal(1, _account.Total.Requests);
        Assert.True(_account.HasDebt);
    }

    [Theory]
    [InlineData(null, 11, DegradedAnswer.NotVerified)]
    [InlineData(-49.0, 11, DegradedAnswer.Admitted)]
    [InlineData(-49.001, 11, DegradedAnswer.NotVerified)]
    [InlineData(39.0, 39.999, DegradedAnswer.Admitted)]
    [InlineData(39.0, 40, DegradedAnswer.GraceOver)]
    public void The_key_was_verified_within_a_minute_and_the_outage_is_younger_than_the_grace(
        double? verified, double now, DegradedAnswer answer) => Assert.Equal(
            answer,
            _account.Ask(Call, 0, verified is { } at ? Seconds(at) : null, Seconds(now)));

    [Fact]
    public void A_plan_that_closes_admits_nothing_from_then_on()
    {
        _account.Under(DegradedPlan.Closed, [], null);

        Assert.Equal(DegradedAnswer.Closed, Ask(Call));
    }

    /// <summary>Guards the bound: new terms in the middle of an outage bring no new budget.</summary>
    [Fact]
    public void What_was_spent_stays_spent_under_other_terms()
    {
        Assert.Equal(DegradedAnswer.Admitted, Ask(Call));
        Assert.Equal(DegradedAnswer.Admitted, Ask(Call));

        Under([(null, 3), ("images", 1)], slots: null);

        Assert.Equal(DegradedAnswer.Admitted, Ask(Call));
        Assert.Equal(DegradedAnswer.NoBudget, Ask(Call));
    }

    [Fact]
    public void Calls_are_owed_when_admitted_and_their_tokens_when_they_have_ended()
    {
        Ask(Call);
        Assert.Equal(new DegradedUse(1, default), _account.Total);

        _account.Ended(new Costs(10, 7));

        Assert.Equal(new DegradedUse(1, new Costs(10, 7)), _account.Total);
        _account.Answered(_account.Total, Seconds(12));
        Assert.Equal(_account.Total, _account.Taken);
        Assert.False(_account.HasDebt);
    }

    [Fact]
    public void An_answer_that_took_nothing_leaves_the_debt()
    {
        Ask(Call);

        _account.Answered(told: null, Seconds(41));

        Assert.True(_account.HasDebt);
        _account.Failed(Seconds(42));
        Assert.Equal(DegradedAnswer.GraceOver, Ask(Call, now: 42));
    }

    [Fact]
    public void The_next_outage_has_a_whole_budget_once_the_debt_is_taken_and_the_grace_is_over()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(DegradedAnswer.Admitted, Ask(default));
        }

        _account.Answered(_account.Total, Seconds(20));
        _account.Failed(Seconds(25));
        Assert.Equal(DegradedAnswer.NoBudget, Ask(default, now: 25));
        _account.Answered(_account.Total, Seconds(39));
        _account.Failed(Seconds(45));

        Assert.Equal(Seconds(45), _account.FirstFailure);
        Assert.Equal(DegradedAnswer.Admitted, Ask(default, now: 45));
    }

    private void Under(ImmutableArray<(string? Unit, long Budget)> parts, long? slots) =>
        _account.Under(DegradedPlan.Default, parts, slots);

    private DegradedAnswer Ask(Costs costs, long running = 0, double now = 11) =>
        _account.Ask(costs, running, Seconds(now), Seconds(now));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
