using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

/// <summary>Limits on trial: what they count, and that they decide nothing.</summary>
public sealed class ShadowRulesTests
{
    [Fact]
    public void A_limit_on_trial_refuses_nobody_and_counts_what_it_would_have_refused()
    {
        var policy = Policy(OnTrial(TwoPerSecond));
        var client = Idle(policy);

        var refusals = Enumerable.Range(1, 5).Select(i =>
            AdmissionRules.Decide(client, Ask(i), policy, At(0)) is { Verdict: Verdict.Admitted } decision
                ? decision.ShadowRefusals
                : UInt128.MaxValue);

        Assert.Equal([0, 0, 1, 1, 1], refusals);
        Assert.Equal(3, client.Shadows[0].Refusals);
    }

    /// <summary>Guards against counting as many refusals as a limit that is never refilled would have.</summary>
    [Fact]
    public void What_it_would_have_refused_takes_nothing_of_it()
    {
        var policy = Policy(OnTrial(TwoPerSecond));
        var client = Idle(policy);
        for (var i = 1; i <= 10; i++)
        {
            AdmissionRules.Decide(client, Ask(i), policy, At(0));
        }

        Assert.Equal(UInt128.Zero, AdmissionRules.Decide(client, Ask(11), policy, At(0.5)).ShadowRefusals);
        Assert.Equal(UInt128.One, AdmissionRules.Decide(client, Ask(12), policy, At(0.5)).ShadowRefusals);
    }

    [Fact]
    public void What_the_others_refuse_it_is_not_asked_about()
    {
        var policy = Policy(TwoPerSecond, OnTrial(TenPerMonth));
        var client = Idle(policy);
        for (var i = 1; i <= 5; i++)
        {
            AdmissionRules.Decide(client, Ask(i), policy, At(0));
        }

        Assert.Equal(2, client.Shadows[0].Alone.Quotas[0].Used);
        Assert.Equal(0, client.Shadows[0].Refusals);
    }

    [Fact]
    public void Calls_at_once_end_on_trial_when_they_end()
    {
        var policy = Policy(OnTrial(TwoAtOnce));
        var client = Idle(policy);
        AdmissionRules.Decide(client, Ask(1), policy, At(0));
        AdmissionRules.Decide(client, Ask(2), policy, At(0));

        AdmissionRules.Complete(client, Id(1), new Ending(EndingKind.Unknown), policy, At(1));

        Assert.Equal(UInt128.Zero, AdmissionRules.Decide(client, Ask(3), policy, At(1)).ShadowRefusals);
        Assert.Equal(UInt128.One, AdmissionRules.Decide(client, Ask(4), policy, At(1)).ShadowRefusals);
    }

    /// <summary>Guards against an edge that died and left a limit on trial full for ever.</summary>
    [Fact]
    public void Calls_whose_slots_were_taken_back_end_on_trial_too()
    {
        var policy = Policy(OnTrial(TwoAtOnce));
        var client = Idle(policy);
        AdmissionRules.Decide(client, Ask(1), policy, At(0));
        AdmissionRules.Decide(client, Ask(2), policy, At(0));

        Assert.Equal(UInt128.Zero, AdmissionRules.Decide(client, Ask(3), policy, At(15)).ShadowRefusals);
        Assert.Equal(1, client.Shadows[0].Alone.Slots.InUse);
    }

    [Fact]
    public void A_long_call_that_is_renewed_counts_on_trial_as_long_as_it_runs()
    {
        var policy = Policy(OnTrial(TwoAtOnce));
        var client = Idle(policy);
        AdmissionRules.Decide(client, Ask(1), policy, At(0));
        AdmissionRules.Decide(client, Ask(2), policy, At(0));
        client.Slots.Renew(1, 2, new HashSet<long> { 1, 2 }, TimeSpan.FromSeconds(29));

        Assert.Equal(UInt128.One, AdmissionRules.Decide(client, Ask(3), policy, At(20)).ShadowRefusals);
    }

    /// <summary>Guards the memory of a client that only rates are tried on.</summary>
    [Fact]
    public void Calls_that_nobody_completes_are_forgotten_on_trial()
    {
        var policy = Policy(OnTrial(FivePerMinute with { Amount = 1_000_000 }));
        var client = Idle(policy);
        for (var i = 1; i <= 1_000; i++)
        {
            AdmissionRules.Decide(client, Ask(i), policy, At(i * 15));
        }

        Assert.InRange(client.Shadows[0].Alone.Slots.InUse, 1, 70);
    }

    [Fact]
    public void A_changed_plan_counts_on_under_the_name_and_begins_what_is_new()
    {
        var before = Policy(OnTrial(TenPerMonth));
        var client = Idle(before);
        AdmissionRules.Decide(client, Ask(1), before, At(0));
        var next = Policy(OnTrial(TenPerMonth with { Amount = 1 }), OnTrial(TwoPerSecond));

        client = client.Under(next, before, At(0));

        Assert.Equal((UInt128)1, AdmissionRules.Decide(client, Ask(2), next, At(0)).ShadowRefusals);
        Assert.Equal([1, 0], client.Shadows.Select(shadow => shadow.Refusals));
    }

    /// <summary>Guards the numbers of rates: a limit that comes into force is not spent by its trial.</summary>
    [Fact]
    public void A_limit_that_comes_into_force_begins_anew()
    {
        var before = Policy(OnTrial(TwoPerSecond));
        var client = Idle(before);
        AdmissionRules.Decide(client, Ask(1), before, At(0));
        var next = Policy(TwoPerSecond);

        client = client.Under(next, before, At(0));

        Assert.Empty(client.Shadows);
        Assert.Equal(2, client.Buckets[0].Remaining(next.Rates[0].Bucket));
    }

    private static Limit OnTrial(Limit limit) => limit with { Shadow = true };
}
