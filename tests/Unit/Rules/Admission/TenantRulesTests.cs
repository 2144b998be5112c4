using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

public sealed class TenantRulesTests
{
    private static readonly ClientPolicy Limits = Policy(
        new Limit("tokens", LimitKind.Rate, 100, 0, TimeSpan.FromMinutes(1), Units.TotalTokens), TwoAtOnce);

    private static readonly Costs Sixty = new(60, 0);

    [Fact]
    public void A_hold_takes_of_every_limit_and_what_is_given_back_is_as_if_never_asked_for()
    {
        var tenant = Idle(Limits);

        Assert.Equal(Verdict.Admitted, TenantRules.Hold(tenant, Id(1), Sixty, Limits, At(0)).Decision.Verdict);
        Assert.Equal((40, 1), (tenant.Buckets[0].Remaining(Limits.Rates[0].Bucket), tenant.Slots.InUse));
        Assert.True(TenantRules.GiveBack(tenant, Id(1), Limits, At(0)));

        Assert.Equal((100, 0), (tenant.Buckets[0].Remaining(Limits.Rates[0].Bucket), tenant.Slots.InUse));
        Assert.False(TenantRules.GiveBack(tenant, Id(1), Limits, At(0)));
    }

    [Fact]
    public void A_repeated_hold_takes_nothing_more()
    {
        var tenant = Idle(Limits);
        TenantRules.Hold(tenant, Id(1), Sixty, Limits, At(0));

        Assert.Equal(Verdict.Admitted, TenantRules.Hold(tenant, Id(1), Sixty, Limits, At(0)).Decision.Verdict);
        Assert.Equal(40, tenant.Buckets[0].Remaining(Limits.Rates[0].Bucket));
    }

    /// <summary>Guards a client that needs what another holds and does not use.</summary>
    [Fact]
    public void Shares_are_recalled_before_anyone_is_refused()
    {
        var tenant = Idle(Limits);
        var share = new Chunk(new ChunkId(7, 1), [50], [], At(0), TimeSpan.FromSeconds(5));
        ChunkRules.Take(tenant, share, Limits);

        var (decision, recall) = TenantRules.Hold(tenant, Id(1), Sixty, Limits, At(0));
        Assert.Equal(Verdict.Pending, decision.Verdict);
        Assert.Equal([share.Id], recall);
        Assert.Equal(0, tenant.Slots.InUse);

        ChunkRules.Return(tenant, new ChunkReturn(share.Id, [10]), Limits, At(0));
        Assert.Equal(Verdict.Admitted, TenantRules.Hold(tenant, Id(1), Sixty, Limits, At(0)).Decision.Verdict);
    }

    [Fact]
    public void A_tenant_without_shares_out_refuses_at_once_and_slots_are_never_shared()
    {
        var tenant = Idle(Limits);
        TenantRules.Hold(tenant, Id(1), Sixty, Limits, At(0));

        var refused = TenantRules.Hold(tenant, Id(2), Sixty, Limits, At(0));
        Assert.Equal((Verdict.RateLimited, "tokens"), (refused.Decision.Verdict, refused.Decision.RefusedBy));
        Assert.Empty(refused.Recall);

        TenantRules.Hold(tenant, Id(2), new Costs(1, 0), Limits, At(0));
        var full = TenantRules.Hold(tenant, Id(3), new Costs(1, 0), Limits, At(0));
        Assert.Equal((Verdict.NoFreeSlot, "at-once"), (full.Decision.Verdict, full.Decision.RefusedBy));
    }
}
