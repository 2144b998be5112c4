using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;

namespace Sluice.Grains.Clients;

/// <summary>What edges report of the calls they run, and whether this activation may speak for their slots.</summary>
internal sealed partial class ClientGrain
{
    /// <summary>How edges hold what runs to its slots.</summary>
    private SlotFence Fence => HasTenantSlots ? SlotFence.Strict
        : _policy.Concurrency.IsEmpty ? SlotFence.None
        : _plan?.LenientFence is true ? SlotFence.Lenient
        : SlotFence.Strict;

    protected override bool HasSlots => !_policy.Concurrency.IsEmpty;

    protected override bool HasLease => !_policy.Concurrency.IsEmpty && Fence is SlotFence.Strict;

    public ValueTask Renew(LiveRequests live)
    {
        HeardAndNoted(live);
        return _tenantPolicy is null ? ValueTask.CompletedTask : new ValueTask(ReportToTenant(live));
    }

    public ValueTask<ReportReply> Report(LiveRequests live)
    {
        var isRenewed = HeardAndNoted(live);
        return _tenantPolicy is null
            ? ValueTask.FromResult(ReplyTo(isRenewed, live, default))
            : ReportBoth(live, isRenewed);
    }

    private bool HeardAndNoted(LiveRequests live)
    {
        var isRenewed = Heard(live);
        NoteLeftOut(live.LogBatch);
        return isRenewed;
    }

    /// <summary>A call's slot is renewed when all are that it holds.</summary>
    private async ValueTask<ReportReply> ReportBoth(LiveRequests live, bool isRenewed)
    {
        var tenant = await ReportToTenant(live);
        return ReplyTo(tenant.IsRenewed && isRenewed, live, tenant);
    }

    private ReportReply ReplyTo(bool isRenewed, LiveRequests live, TenantReportReply tenant) => new()
    {
        IsRenewed = isRenewed,
        Epoch = _epoch,
        SlotTtl = _policy.SlotTtl,
        Fence = Fence,
        Stops = StopsOf(live, tenant),
    };
}
