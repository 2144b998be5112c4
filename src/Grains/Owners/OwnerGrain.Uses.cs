using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RequestId = Sluice.Rules.Limits.RequestId;

namespace Sluice.Grains.Owners;

/// <summary>What running calls have used by now, told along with the report that renews them.</summary>
internal abstract partial class OwnerGrain
{
    /// <summary>A running call has used so much by now.</summary>
    protected virtual void Told(RequestId requestId, Costs used, Moment now) =>
        SettlementRules.Tell(_client, requestId, used, _policy, now);

    /// <summary>Calls of a report whose streams have used up a limit, and can be ended.</summary>
    protected StoppedCall[] StoppedOf(LiveRequests live)
    {
        List<StoppedCall>? stopped = null;
        foreach (var use in UsesOf(live))
        {
            var requestId = new RequestId(live.EdgeSession, use.Sequence);
            if (use.CanStop && StreamRules.StoppedBy(_client, requestId, _policy) is { } limit)
            {
                (stopped ??= []).Add(new StoppedCall(use.Sequence, limit));
            }
        }

        return stopped is null ? [] : [.. stopped];
    }

    private void TellUses(LiveRequests live, Moment now)
    {
        foreach (var use in UsesOf(live))
        {
            Told(
                new RequestId(live.EdgeSession, use.Sequence),
                new Costs(Bounded(use.InputTokens), Bounded(use.OutputTokens)),
                now);
        }
    }

    /// <summary>What the calls reserved, by their edge; null when it says nothing of them.</summary>
    private static Dictionary<long, Costs>? ReservedOf(LiveRequests live)
    {
        var uses = UsesOf(live);
        if (uses.Length == 0)
        {
            return null;
        }

        var reserved = new Dictionary<long, Costs>(uses.Length);
        foreach (var use in uses)
        {
            reserved[use.Sequence] = new Costs(Bounded(use.HeldInputTokens), Bounded(use.HeldOutputTokens));
        }

        return reserved;
    }

    /// <summary>What a neighbour of another version leaves out is null.</summary>
    private static LiveUse[] UsesOf(LiveRequests live) => live.Uses ?? [];

    private static long Bounded(long tokens) => Math.Clamp(tokens, 0, LimitRules.AmountMax);
}
