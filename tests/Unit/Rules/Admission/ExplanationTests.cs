using System.Collections.Immutable;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

public sealed class ExplanationTests
{
    [Fact]
    public void Every_limit_that_would_refuse_says_so_not_only_the_first()
    {
        var policy = Policy(TwoPerSecond, FivePerMinute, TwoAtOnce, TenPerMonth);
        var client = Idle(policy).Admit(1, policy).Admit(2, policy);

        var (decision, limits) = Explanation.Try(client, Ask(3), policy, At(0));

        Assert.Equal((Verdict.NoFreeSlot, "at-once"), (decision.Verdict, decision.RefusedBy));
        Assert.Equal(
            [("per-second", 2, 0, true), ("per-minute", 2, 3, false), ("at-once", 2, 0, true),
                ("per-month", 2, 8, false)],
            limits.Select(limit => (limit.Name, limit.Used, limit.Remaining, limit.Refuses)));
        Assert.Equal(
            [TimeSpan.FromSeconds(0.5), null, AdmissionRules.SlotRetryAfter, null],
            limits.Select(limit => limit.RetryAfter));
        Assert.Equal(
            [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(24), TimeSpan.Zero, TimeSpan.FromDays(31)],
            limits.Select(limit => limit.Reset));
    }

    [Fact]
    public void A_quota_that_is_used_up_waits_for_the_end_of_its_period()
    {
        var policy = Policy(TenPerMonth with { Amount = 1 });
        var client = Idle(policy).Admit(1, policy);

        var limit = Assert.Single(Explanation.Try(client, Ask(2), policy, At(60)).Limits);

        Assert.True(limit.Refuses);
        Assert.Equal(TimeSpan.FromDays(31) - TimeSpan.FromMinutes(1), limit.RetryAfter);
    }

    [Fact]
    public void What_is_larger_than_a_limit_is_refused_without_a_wait()
    {
        var tokens = new Limit(
            "tokens", LimitKind.Rate, 100, 0, TimeSpan.FromMinutes(1), Units.TotalTokens);
        var policy = Policy(tokens, tokens with { Name = "on-trial", Shadow = true });

        var (decision, limits) = Explanation.Try(
            Idle(policy), Ask(1) with { Costs = new Costs(60, 41) }, policy, At(0));

        Assert.Equal(Verdict.TooLarge, decision.Verdict);
        Assert.All(limits, limit => Assert.Equal(
            (true, null, 101L, "total-tokens"), (limit.Refuses, limit.RetryAfter, limit.Cost, limit.Unit)));
        Assert.Equal([false, true], limits.Select(limit => limit.IsShadow));
    }

    [Fact]
    public void Of_an_admitted_call_only_limits_on_trial_may_have_said_no()
    {
        var policy = Policy(
            TwoPerSecond with { Amount = 1 }, TwoAtOnce with { Amount = 1 }, OnTrial("a"), OnTrial("b", 9));
        var client = Idle(policy);
        AdmissionRules.Decide(client, Ask(1), policy, At(0));
        AdmissionRules.Complete(client, Id(1), new Ending(EndingKind.Unknown), policy, At(1));
        var decision = AdmissionRules.Decide(client, Ask(2), policy, At(1));
        var levels = new LimitLevel[Explanation.CountLevels(policy)];
        Explanation.Read(client, policy, levels);

        var limits = Explanation.OfAdmitted(levels, policy, default, At(1).Utc, decision.ShadowRefusals);

        Assert.Equal(
            [("per-second", 1, false), ("at-once", 1, false), ("a", 1, true), ("b", 2, false)],
            limits.Select(limit => (limit.Name, (int)limit.Used, limit.Refuses)));
        Assert.Equal(TimeSpan.FromDays(31) - TimeSpan.FromSeconds(1), limits[2].RetryAfter);

        static Limit OnTrial(string name, long amount = 1) => TenPerMonth with
        {
            Name = name, Amount = amount, Shadow = true,
        };
    }

    /// <summary>Guards the clients of whoever looks: a look is never a call.</summary>
    [Fact]
    public void A_call_that_is_only_supposed_changes_nothing()
    {
        var policy = Policy(TwoPerSecond, TwoAtOnce, TenPerMonth, TwoAtOnce with { Name = "on-trial", Shadow = true });
        var client = Idle(policy).Admit(1, policy);
        var before = client.Copy();

        var (decision, _) = Explanation.Try(client, Ask(2), policy, At(3_600));

        Assert.Equal(Verdict.Admitted, decision.Verdict);
        AssertSame(before, client);
        AssertSame(before.Shadows[0].Alone, client.Shadows[0].Alone);
        Assert.Equal(0, client.Shadows[0].Refusals);
    }

    [Fact]
    public void Levels_fill_exactly_the_room_that_they_are_counted_for() => Assert.Equal(
        ImmutableArray.Create("per-second", "at-once", "per-month", "x", "y"),
        Explanation.Try(
            Idle(Everything), Ask(1), Everything, At(0)).Limits.Select(limit => limit.Name).ToImmutableArray());

    private static ClientPolicy Everything => Policy(
        TenPerMonth,
        TwoAtOnce with { Name = "x", Shadow = true },
        TwoPerSecond,
        TwoAtOnce,
        TwoPerSecond with { Name = "y", Shadow = true });
}
