using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Admission;

/// <summary>What edges spend without the owner: what each may, and how the owner counts it afterwards.</summary>
public sealed class DebtRulesTests
{
    private static readonly Limit Tokens =
        new("tokens", LimitKind.Rate, 100, 0, TimeSpan.FromSeconds(1), Units.TotalTokens);

    [Fact]
    public void A_debt_is_taken_of_every_rate_and_quota_and_of_no_slot()
    {
        var policy = Client.Policy(Client.TwoPerSecond, Client.TwoAtOnce, Client.TenPerMonth, Tokens);
        var client = Client.Idle(policy);

        DebtRules.Debit(client, new DegradedUse(3, new Costs(40, 10)), policy, Client.At(0));

        Assert.Equal(-1, client.Buckets[0].Credit / policy.Rates[0].Bucket.Period.Ticks); // It owes one.
        Assert.Equal(50, client.Buckets[1].Remaining(policy.Rates[1].Bucket));
        Assert.Equal(3, client.Quotas[0].Used);
        Assert.Equal(0, client.Slots.InUse);
    }

    [Fact]
    public void A_quota_may_pass_its_limit_by_a_debt_and_then_refuses()
    {
        var policy = Client.Policy(Client.TenPerMonth);
        var client = Client.Idle(policy);

        DebtRules.Debit(client, new DegradedUse(12, default), policy, Client.At(0));

        Assert.Equal(12, client.Quotas[0].Used);
        var (_, decision) = Client.Decide(client, Client.Ask(1), policy, Client.At(0));
        Assert.Equal(Verdict.QuotaExhausted, decision.Verdict);
    }

    [Fact]
    public void The_largest_debt_overflows_nothing()
    {
        var policy = Client.Policy(Client.TwoPerSecond, Client.TenPerMonth, Tokens);
        var client = Client.Idle(policy);
        var all = new DegradedUse(DegradedUse.Most, new Costs(DegradedUse.Most, DegradedUse.Most));

        for (var i = 0; i < 4; i++)
        {
            DebtRules.Debit(client, all, policy, Client.At(i));
        }

        Assert.All(client.Buckets, bucket => Assert.True(bucket.Credit < 0));
        Assert.True(client.Quotas[0].Used > 0);
    }

    [Fact]
    public void A_share_is_the_least_of_a_units_rates_and_the_least_of_the_slots()
    {
        var policy = Client.Policy(
            new Limit("a", LimitKind.Rate, 100, 0, TimeSpan.FromSeconds(1)),
            new Limit("b", LimitKind.Rate, 600, 0, TimeSpan.FromMinutes(1)),
            Tokens,
            new Limit("wide", LimitKind.Concurrency, 9, 0, TimeSpan.Zero),
            new Limit("slim", LimitKind.Concurrency, 5, 0, TimeSpan.Zero));

        var share = DegradedShare.Of(policy, DegradedPlan.Default, liveEdges: 2);

        Assert.Equal(
            [new DegradedPart(null, 10), new DegradedPart(Units.TotalTokens, 100)], share.Parts.AsEnumerable());
        Assert.Equal(2, share.Slots);
    }

    /// <summary>Guards a quota that nothing else bounds: 30 s without counting could pass it by any amount.</summary>
    [Fact]
    public void A_quota_in_a_unit_without_a_rate_leaves_nothing()
    {
        var share = DegradedShare.Of(
            Client.Policy(Client.TenPerMonth, Tokens), DegradedPlan.Default, liveEdges: 1);

        Assert.Equal(
            [new DegradedPart(Units.TotalTokens, 100), new DegradedPart(null, 0)], share.Parts.AsEnumerable());
        Assert.Null(share.Slots);
    }

    [Theory]
    [InlineData(2_000, 30_000, 60_000, "")]
    [InlineData(1, 1, 1, "")]
    [InlineData(60_000, 30_000, 60_000, "")]
    [InlineData(60_001, 30_001, 60_001, "degraded.rateTime degraded.grace degraded.verifiedWithin")]
    [InlineData(0, 0, 0, "degraded.rateTime degraded.grace degraded.verifiedWithin")]
    public void Every_time_of_a_plan_has_its_bounds(int rate, int grace, int verified, string places)
    {
        var plan = new DegradedPlan(
            true, TimeSpan.FromMilliseconds(rate), TimeSpan.FromMilliseconds(verified),
            TimeSpan.FromMilliseconds(grace));

        Assert.Equal(places, string.Join(' ', plan.Mistakes().Select(mistake => mistake.Split(':')[0])));
    }
}
