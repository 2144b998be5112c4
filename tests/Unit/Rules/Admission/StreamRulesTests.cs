using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

/// <summary>Guards limits of tokens while streams run, and which streams end when a limit is used up.</summary>
public sealed class StreamRulesTests
{
    private static readonly Limit Quota = new(
        "daily", LimitKind.Quota, 1_000, 0, TimeSpan.Zero, Units.TotalTokens, QuotaSpan.Day);

    private static readonly Limit Rate = new(
        "tpm", LimitKind.Rate, 600, 0, TimeSpan.FromMinutes(1), Units.OutputTokens);

    [Fact]
    public void What_a_call_has_used_beyond_its_reservation_is_charged_at_once_and_told_again_charges_nothing()
    {
        var policy = Policy(Quota, Rate);
        var client = Running(policy, new Costs(50, 100));

        Assert.False(Tell(client, policy, 40, 100));
        Assert.Equal((150, 500), CountsOf(client, policy));
        Assert.True(Tell(client, policy, 0, 160));
        Assert.False(Tell(client, policy, 0, 160));
        Assert.False(Tell(client, policy, 0, 120));

        Assert.Equal((210, 440), CountsOf(client, policy));
    }

    [Fact]
    public void The_end_charges_what_was_used_and_nothing_of_what_was_told()
    {
        var policy = Policy(Quota, Rate);
        var client = Running(policy, new Costs(50, 100));
        Tell(client, policy, 0, 160);
        Tell(client, policy, 0, 300);

        AdmissionRules.Complete(client, Id(1), new Ending(EndingKind.Used, new Costs(20, 310)), policy, At(0));

        Assert.Equal((330, 290), CountsOf(client, policy));
    }

    [Fact]
    public void A_call_that_holds_no_slot_is_told_of_in_vain()
    {
        var policy = Policy(Quota, Rate);
        var client = Idle(policy, 10_000);

        Assert.False(Tell(client, policy, 0, 500));

        Assert.Equal((0, 600), CountsOf(client, policy));
    }

    /// <summary>Guards a change of plan: what goes on was charged, what is new was not.</summary>
    [Fact]
    public void Through_a_change_of_limits_each_limit_is_charged_once()
    {
        var policy = Policy(Quota, Rate);
        var next = Policy(
            Rate with { Name = "new-rate" }, Rate with { Amount = 1_200 },
            Quota with { Name = "new-quota" }, Quota with { Amount = 2_000 });
        var client = Running(policy, new Costs(50, 100));
        Tell(client, policy, 0, 300);

        client = client.Under(next, policy, At(0));
        Tell(client, next, 0, 400);
        AdmissionRules.Complete(client, Id(1), new Ending(EndingKind.Used, new Costs(50, 450)), next, At(0));

        // Of the new ones only what went beyond; of the others all of it: a rate that had 600 has 450 less.
        Assert.Equal([350, 500], client.Quotas.Select(quota => quota.Used));
        Assert.Equal([600 - 350, 600 - 450], client.Buckets.Zip(next.Rates, (b, r) => b.Remaining(r.Bucket)));
    }

    /// <summary>Guards a move to another silo, whose debits are its own.</summary>
    [Fact]
    public void The_next_owner_goes_on_with_what_was_told()
    {
        var policy = Policy(Quota, Rate);
        var client = Running(policy, new Costs(50, 100));
        Tell(client, policy, 0, 300);

        var left = HandOver.Of(client, policy, At(0));
        var begun = Idle(policy, 0) with { Quotas = client.Quotas };
        var next = left.GoOn(begun, policy, mayRefund: true, At(0));
        Tell(next, policy, 0, 250);
        Assert.Equal((350, 300), CountsOf(next, policy));
        Tell(next, policy, 0, 400);
        AdmissionRules.Complete(next, Id(1), new Ending(EndingKind.Used, new Costs(50, 420)), policy, At(0));

        Assert.True(left.IsPossible);
        Assert.Equal((470, 180), CountsOf(next, policy));
    }

    [Fact]
    public void A_hand_over_with_charges_that_cannot_be_is_not_believed()
    {
        var policy = Policy(Quota, Rate);
        var client = Running(policy, new Costs(50, 100));
        Tell(client, policy, 0, 300);
        var left = HandOver.Of(client, policy, At(0));
        var slot = left.Slots[0];

        Assert.False(With(slot.Told! with { Rates = [] }).IsPossible);
        Assert.False(With(slot.Told! with { Quotas = [new BeyondUse(-1, 0)] }).IsPossible);
        Assert.False(With(slot.Told! with { OutputTokens = -1 }).IsPossible);

        HandOver With(ToldUse told) => left with { Slots = [slot with { Told = told }] };
    }

    [Fact]
    public void A_quota_that_is_all_counted_stops_the_streams_that_have_passed_their_reservation()
    {
        var policy = Policy(Quota);
        var client = Running(policy, new Costs(100, 300), new Costs(100, 300));
        Tell(client, policy, 100, 499);
        Assert.Null(StreamRules.StoppedBy(client, Id(1), policy));

        Tell(client, policy, 100, 500);

        Assert.Equal("daily", StreamRules.StoppedBy(client, Id(1), policy));
        Assert.Null(StreamRules.StoppedBy(client, Id(2), policy)); // What it reserved is its own.
        Assert.Null(StreamRules.StoppedBy(client, Id(3), policy));
    }

    [Fact]
    public void A_rate_stops_streams_when_it_owes_as_much_as_it_holds()
    {
        var policy = Policy(Rate);
        var client = Running(policy, new Costs(0, 100));
        Tell(client, policy, 0, 1_199);
        Assert.Null(StreamRules.StoppedBy(client, Id(1), policy));

        Tell(client, policy, 0, 1_200);

        Assert.Equal("tpm", StreamRules.StoppedBy(client, Id(1), policy));
    }

    [Fact]
    public void Limits_of_requests_and_limits_on_trial_stop_nothing()
    {
        var policy = Policy(TenPerMonth with { Amount = 1 }, Quota with { Shadow = true });
        var client = Running(policy, new Costs(0, 100));

        Tell(client, policy, 0, 50_000);

        Assert.Equal(1, client.Quotas[0].Used);
        Assert.Null(StreamRules.StoppedBy(client, Id(1), policy));
        Assert.Equal(50_000, client.Shadows[0].Alone.Quotas[0].Used);
    }

    private static bool Tell(ClientState client, ClientPolicy policy, long input, long output) =>
        SettlementRules.Tell(client, Id(1), new Costs(input, output), policy, At(0));

    private static (long Quota, long Rate) CountsOf(ClientState client, ClientPolicy policy) =>
        (client.Quotas[0].Used, client.Buckets[0].Remaining(policy.Rates[0].Bucket));

    private static ClientState Running(ClientPolicy policy, params Costs[] calls)
    {
        var client = ClientState.Begin(
            policy,
            policy.Quotas.ToDictionary(
                quota => quota.Key, quota => new Quota(quota.Calendar.PeriodOf(Start), 0, 10_000)),
            At(0));
        for (var i = 0; i < calls.Length; i++)
        {
            var decision = AdmissionRules.Decide(client, Ask(i + 1) with { Costs = calls[i] }, policy, At(0));
            Assert.Equal(Verdict.Admitted, decision.Verdict);
        }

        return client;
    }
}
