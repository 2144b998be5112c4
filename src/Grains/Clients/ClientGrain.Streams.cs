using System.Runtime.CompilerServices;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RuleId = Sluice.Rules.Limits.RequestId;

namespace Sluice.Grains.Clients;

/// <summary>What running streams have used, and which of them are to end because a limit is used up.</summary>
internal sealed partial class ClientGrain
{
    protected override void Told(RuleId requestId, Costs used, Moment now)
    {
        if (!_client.Slots.Taken.TryGetValue(requestId, out var slot))
        {
            return;
        }

        var before = CountsBefore(slot.Admitted, now);
        base.Told(requestId, used, now);
        NoteGivenBack(before);
    }

    /// <summary>
    /// What a call that was just admitted holds of limits in tokens, of the client or its tenant; null without any.
    /// </summary>
    private HeldTokens? HeldBy(RuleId requestId) =>
        _metering.CountsTokens && _client.Slots.Taken.TryGetValue(requestId, out var slot)
            ? new HeldTokens(
                slot.Reserved.InputTokens, slot.Reserved.OutputTokens, _plan?.StopStreams is true)
            : null;

    /// <summary>The calls of a report that its edge is to end, by the plan of now.</summary>
    private StoppedCall[] StopsOf(LiveRequests live, TenantReportReply tenant)
    {
        if (_plan?.StopStreams is not true || _fenced)
        {
            return [];
        }

        StoppedCall[] stops =
        [
            .. StoppedOf(live),
            .. (tenant.Stops ?? []).Select(stop => stop with { Limit = TenantRules.NameOf(stop.Limit) }),
        ];
        foreach (var (sequence, limit) in stops)
        {
            ref var kept = ref _decisions.Find(new RuleId(live.EdgeSession, sequence));
            if (!Unsafe.IsNullRef(ref kept))
            {
                kept.StoppedBy ??= limit;
            }
        }

        return stops;
    }
}
