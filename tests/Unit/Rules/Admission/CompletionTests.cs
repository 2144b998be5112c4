using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

public sealed class CompletionTests
{
    private static readonly ClientPolicy All = Policy(TwoPerSecond, FivePerMinute, TwoAtOnce, TenPerMonth);

    [Fact]
    public void A_call_that_ended_frees_its_slot_and_keeps_what_it_spent()
    {
        var running = Idle(All).Admit(1, All);

        var ended = Complete(running, Id(1), dispatched: true, All, At(0));

        AssertSame(running with { Slots = new Slots() }, ended);
    }

    [Fact]
    public void A_call_that_no_pool_ever_saw_gives_everything_back()
    {
        var before = Idle(All).Admit(1, All);

        var after = Complete(before.Admit(2, All), Id(2), dispatched: false, All, At(0));

        AssertSame(before with { RecentUse = after.RecentUse }, after);
    }

    /// <summary>
    /// Guards the promise "a burst, then the rate": what refilled while the call was under way cannot come twice. Two a
    /// second refill half a token in a quarter of one.
    /// </summary>
    [Fact]
    public void A_call_that_no_pool_ever_saw_gives_back_no_token_that_has_refilled()
    {
        var policy = Policy(TwoPerSecond, TenPerMonth);
        var spent = Idle(policy).Admit(1, policy).Admit(2, policy);

        var later = Complete(spent, Id(1), dispatched: false, policy, At(seconds: 0.25));

        Assert.Equal(1, later.Buckets[0].Remaining(policy.Rates[0].Bucket));
        Assert.Equal(TimeSpan.FromSeconds(0.5), later.Buckets[0].UntilFull(policy.Rates[0].Bucket));
        Assert.Equal(1, later.Quotas[0].Used);
    }

    [Fact]
    public void A_completion_never_frees_anothers_slot()
    {
        var running = Idle(All).Admit(1, All).Admit(2, All);
        var once = Complete(running, Id(1), dispatched: false, All, At(0));

        var again = Complete(once, Id(1), dispatched: false, All, At(0));

        AssertSame(once, again);
        Assert.Equal([Id(2)], again.Slots.Taken.Keys);
    }

    /// <summary>Guards against evasion: hanging up on us must not be cheaper than letting the call finish.</summary>
    [Fact]
    public void A_call_whose_slot_expired_gives_nothing_back()
    {
        var running = Idle(All).Admit(1, All);

        var late = Complete(running, Id(1), dispatched: false, All, At(seconds: 15));

        Assert.Equal(1, late.Quotas[0].Used);
        Assert.Empty(late.Slots.Taken);
    }

    /// <summary>Guards Q5: a call is counted in the month that admitted it, and in no other.</summary>
    [Fact]
    public void A_call_that_ends_in_the_next_month_gives_nothing_back_to_it()
    {
        var policy = Policy(TenPerMonth);
        var february = At(1) with { Utc = Start.AddMonths(1) };
        var running = Idle(policy).Admit(1, policy);
        var turned = running with { Quotas = [new Quota(QuotaPeriod.MonthOf(february.Utc), Used: 3, Reserved: 9)] };

        var ended = Complete(turned, Id(1), dispatched: false, policy, february);

        Assert.Equal(turned.Quotas, ended.Quotas);
    }

    [Fact]
    public void Another_policy_keeps_what_is_counted_under_the_same_name()
    {
        var client = Idle(All).Admit(1, All);
        var next = Policy(
            FivePerMinute, TwoPerSecond with { Name = "new" }, TenPerMonth with { Name = "new-month" }, TenPerMonth);

        var moved = client.Under(next, All, At(0));

        Assert.Equal([4, 2], moved.Buckets.Zip(next.Rates, (bucket, rate) => bucket.Remaining(rate.Bucket)));
        Assert.Equal([0, 1], moved.Quotas.Select(quota => quota.Used));
        Assert.Equal([0, 10], moved.Quotas.Select(quota => quota.Reserved));
        Assert.Equal([Id(1)], moved.Slots.Taken.Keys);
    }

    /// <summary>Guards the month: leaving a plan for a moment must not make its quota whole again.</summary>
    [Fact]
    public void A_quota_that_is_left_and_taken_up_again_goes_on_where_it_was()
    {
        var without = Policy(TwoPerSecond, FivePerMinute);
        var client = Idle(All).Admit(1, All);
        var before = client.Quotas;

        var back = client.Under(without, All, At(0)).Under(without, without, At(1)).Under(All, without, At(2));

        Assert.Equal(before, back.Quotas);
        Assert.Empty(back.Dormant);
    }

    /// <summary>Guards a new limit: calls that took nothing of it must not give to it.</summary>
    [Fact]
    public void A_call_that_runs_through_a_change_of_limits_gives_nothing_back()
    {
        var next = Policy(TwoPerSecond with { Name = "new" }, TenPerMonth with { Name = "new-month" });
        var client = Idle(All).Admit(1, All).Under(next, All, At(0));
        client = client with { Quotas = [client.Quotas[0] with { Used = 5, Reserved = 9 }], Buckets = [default] };

        var ended = Complete(client, Id(1), dispatched: false, next, At(0));

        AssertSame(client with { Slots = new Slots() }, ended);
    }

    /// <summary>Guards the same when the rates stay: a quota alone must not count less than was spent.</summary>
    [Fact]
    public void A_call_that_runs_while_a_quota_is_added_gives_nothing_back()
    {
        var next = Policy(TwoPerSecond, FivePerMinute, TwoAtOnce, TenPerMonth, TenPerMonth with { Name = "new-month" });
        var client = Idle(All).Admit(1, All).Under(next, All, At(0));
        client = client with { Quotas = [client.Quotas[0], client.Quotas[1] with { Used = 5, Reserved = 9 }] };

        var ended = Complete(client, Id(1), dispatched: false, next, At(0));

        AssertSame(client with { Slots = new Slots() }, ended);
    }

    [Fact]
    public void A_call_that_runs_through_a_change_of_anything_else_gives_back_as_before()
    {
        var suspended = All with { Suspended = true };
        var client = Idle(All).Admit(1, All).Under(suspended, All, At(0));

        var ended = Complete(client, Id(1), dispatched: false, suspended, At(0));

        Assert.Equal(0, ended.Quotas[0].Used);
        Assert.Equal(2, ended.Buckets[0].Remaining(All.Rates[0].Bucket));
    }

    [Fact]
    public void A_client_begins_with_full_rates_and_with_its_quotas_as_recovered()
    {
        var recovered = Quota.Recovered(QuotaPeriod.MonthOf(Start), 4);

        var client = ClientState.Begin(
            Policy(FivePerMinute, TenPerMonth, TenPerMonth with { Name = "new" }),
            new Dictionary<string, Quota> { ["per-month"] = recovered, ["left"] = recovered },
            At(7));

        Assert.Equal(TokenBucket.Full(All.Rates[1].Bucket, TimeSpan.FromSeconds(7)), Assert.Single(client.Buckets));
        Assert.Equal([recovered, new Quota(QuotaPeriod.MonthOf(Start), 0, 0)], client.Quotas);
        Assert.Equal(["left"], client.Dormant.Keys);
        Assert.Equal(0, client.Slots.InUse);
    }

    [Fact]
    public void Limits_become_rates_slots_and_quotas_by_their_kind()
    {
        var policy = Policy(TwoPerSecond with { Burst = 7 }, FivePerMinute, TwoAtOnce, TenPerMonth);

        Assert.Equal(
            [
                new RateLimit("per-second", new BucketLimit(7, 2, TimeSpan.FromSeconds(1))),
                new RateLimit("per-minute", new BucketLimit(5, 5, TimeSpan.FromMinutes(1))),
            ],
            policy.Rates);
        Assert.Equal([new CountLimit("at-once", 2)], policy.Concurrency);
        Assert.Equal([new CountLimit("per-month", 10)], policy.Quotas);
    }
}
