using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

public sealed class ShareRulesTests
{
    private static readonly ClientPolicy Limits = Policy(
        new Limit("tokens", LimitKind.Rate, 1_000, 8_000, TimeSpan.FromSeconds(1), Units.TotalTokens),
        new Limit("day", LimitKind.Quota, 10_000, 0, TimeSpan.Zero) { Span = QuotaSpan.Day });

    private static readonly ChunkId First = new(7, 1);

    [Fact]
    public void A_share_has_what_the_client_reserved_lately_and_no_more_than_its_part()
    {
        var small = Granted(new ShareDemand(20, [500], [20], Clients: 1));
        var large = Granted(new ShareDemand(400, [9_000], [400], Clients: 4));

        Assert.Equal((500, 20), (small!.Rates[0], small.Quotas[0]));
        Assert.Equal((500, 400), (large!.Rates[0], large.Quotas[0])); // A quarter, shared by four.
        Assert.Null(Granted(new ShareDemand(15, [500], [15], Clients: 1)));
        Assert.Null(Granted(new ShareDemand(200, [9_000], [200], Clients: 3), used: 9_990));
        Assert.Null(Granted(new ShareDemand(16, [9_000], [16], Clients: 1))); // A sixteenth is more than a quarter.
    }

    [Fact]
    public void Nothing_is_lent_of_limits_on_calls_at_once_or_on_trial()
    {
        var rate = new Limit("rate", LimitKind.Rate, 1_000, 0, TimeSpan.FromSeconds(1));

        Assert.True(ShareRules.CanBeGranted(Policy(rate)));
        Assert.False(ShareRules.CanBeGranted(Policy(rate, TwoAtOnce)));
        Assert.False(ShareRules.CanBeGranted(Policy(rate, TenPerMonth with { Shadow = true })));
        Assert.False(ShareRules.CanBeGranted(Policy()));
    }

    /// <summary>Guards a quota by the day: what is lent before midnight is not spent of the next day.</summary>
    [Fact]
    public void A_share_is_not_spent_in_another_period_than_it_was_granted_in()
    {
        var midnight = TimeSpan.FromDays(1).TotalSeconds;
        var share = new TenantShare(
            1, Limits, [500, 20], At(midnight - 1).Utc, At(midnight - 1).Elapsed, ShareRules.Ttl);

        Assert.True(share.TrySpend(Id(1), new Costs(10, 0), At(midnight - 0.001)));
        Assert.False(share.TrySpend(Id(2), new Costs(10, 0), At(midnight)));
        Assert.True(share.IsLow(At(midnight)));
    }

    [Fact]
    public void What_a_call_of_a_share_did_not_use_is_spent_by_others_and_what_it_used_beyond_is_told()
    {
        var share = new TenantShare(1, Limits, [100, 20], At(0).Utc, TimeSpan.Zero, ShareRules.Ttl);
        Assert.True(share.TrySpend(Id(1), new Costs(90, 0), At(0)));
        Assert.False(share.TrySpend(Id(2), new Costs(20, 0), At(0)));

        Assert.True(share.Settle(Id(1), new Ending(EndingKind.Used, new Costs(10, 0))));
        Assert.False(share.Settle(Id(1), new Ending(EndingKind.Used, new Costs(10, 0))));
        Assert.True(share.TrySpend(Id(2), new Costs(90, 0), At(0)));
        share.Settle(Id(2), new Ending(EndingKind.Used, new Costs(130, 0)));
        Assert.False(share.TrySpend(Id(3), new Costs(1, 0), At(0)));
        share.TrySpend(Id(4), default, At(0));
        var returned = share.Return();

        Assert.Equal([140, 3], returned.Spent);
        Assert.Equal([Id(4)], returned.Running.Select(call => call.RequestId));
    }

    /// <summary>Guards the tenant: a call that outlives its share is settled once, by what it used.</summary>
    [Fact]
    public void A_call_that_runs_on_is_settled_after_its_share_was_returned()
    {
        var tenant = Idle();
        var share = ShareRules.Grant(tenant, First, new ShareDemand(20, [500], [20], 1), Limits, At(0))!;
        var returned = new ShareReturn(1, [100, 1], [new ShareCall(Id(1), new Costs(100, 0))]);
        Assert.True(ShareRules.Return(tenant, share.Id, returned, Limits, At(1)));
        Assert.False(ShareRules.Return(tenant, share.Id, returned, Limits, At(1)));
        Assert.Equal((7_900, 1), (Left(tenant), tenant.Quotas[0].Used));

        Assert.True(AdmissionRules.Complete(
            tenant, Id(1), new Ending(EndingKind.NotDispatched), Limits, At(1)));

        Assert.Equal((8_000, 0), (Left(tenant), tenant.Quotas[0].Used));
    }

    /// <summary>Guards against giving back twice: what a share that is over held has been spent.</summary>
    [Fact]
    public void A_call_of_a_share_that_is_over_gives_nothing_back_and_pays_for_what_it_used_beyond()
    {
        var tenant = Idle();
        ShareRules.Grant(tenant, First, new ShareDemand(20, [500], [20], 1), Limits, At(0));
        var returned = new ShareReturn(
            1, [100, 2], [new ShareCall(Id(1), new Costs(50, 0)), new ShareCall(Id(2), new Costs(50, 0))]);

        Assert.False(ShareRules.Return(tenant, First, returned, Limits, At(2)));
        AdmissionRules.Complete(tenant, Id(1), new Ending(EndingKind.NotDispatched), Limits, At(2));
        Assert.Equal((7_500, 20), (Left(tenant), tenant.Quotas[0].Used));
        AdmissionRules.Complete(tenant, Id(2), new Ending(EndingKind.Used, new Costs(70, 0)), Limits, At(2));
        Assert.Equal(7_480, Left(tenant));
    }

    /// <summary>Guards whoever waits for what was recalled: who gave it back is not lent it again first.</summary>
    [Fact]
    public void After_a_recall_nothing_is_lent_for_a_while_and_nobody_is_waited_for_long()
    {
        var recalls = new ShareRecalls();
        var tenant = Idle();
        ShareRules.Grant(tenant, First, new ShareDemand(20, [500], [20], 1), Limits, At(0));
        Assert.True(recalls.MayGrant(At(0).Elapsed));

        var (recalled, waits) = recalls.SomebodyIsShort(tenant.Chunks, At(0).Elapsed);
        var (again, stillWaits) = recalls.SomebodyIsShort(tenant.Chunks, At(0.199).Elapsed);
        var (_, waitsFor) = recalls.SomebodyIsShort(tenant.Chunks, At(0.2).Elapsed);

        Assert.Equal([First], recalled);
        Assert.Empty(again);
        Assert.Equal((true, true, false), (waits, stillWaits, waitsFor));
        Assert.False(recalls.MayGrant(At(2.199).Elapsed));
        Assert.True(recalls.MayGrant(At(2.2).Elapsed));
    }

    [Fact]
    public void Only_who_calls_often_asks_for_a_share()
    {
        var use = new ShareUse(Limits);
        for (var i = 0; i < 16; i++)
        {
            Assert.Null(use.DemandAt(At(i * 0.05).Elapsed));
            use.Add(new Costs(30, 0), At(i * 0.05).Elapsed);
        }

        var demand = use.DemandAt(At(0.8).Elapsed)!;
        Assert.Equal((16, 480, 16), (demand.Requests, demand.Rates[0], demand.Quotas[0]));
        Assert.Null(use.DemandAt(At(3).Elapsed));
    }

    private static Chunk? Granted(ShareDemand demand, long used = 0)
    {
        var tenant = Idle(used);
        return ShareRules.Grant(tenant, First, demand, Limits, At(0));
    }

    private static ClientState Idle(long used = 0) => ClientState.Begin(
        Limits,
        Limits.Quotas.ToDictionary(
            quota => quota.Key, quota => new Quota(quota.Calendar.PeriodOf(Start), used, 10_000)),
        At(0));

    private static long Left(ClientState tenant) => tenant.Buckets[0].Remaining(Limits.Rates[0].Bucket);
}
