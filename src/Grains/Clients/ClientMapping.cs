using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Plans;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;
using RuleId = Sluice.Rules.Limits.RequestId;
using RuleVerdict = Sluice.Rules.Admission.Verdict;
using Verdict = Sluice.Grains.Abstractions.Clients.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>Between the wire and the rules, which do not know each other.</summary>
internal static class ClientMapping
{
    public static RuleId ToRule(this RequestId requestId) => new(requestId.EdgeSession, requestId.Sequence);

    public static RequestId ToWire(this RuleId requestId) => new(requestId.EdgeSession, requestId.Sequence);

    /// <summary>As long as the wire does not tell what a call used, it used what it reserved: one request.</summary>
    public static Ending ToRule(this CompletionOutcome outcome) => new(
        outcome is CompletionOutcome.NotDispatched ? EndingKind.NotDispatched : EndingKind.Unknown);

    public static AdmitReply ToWire(this Decision decision, TimeSpan slotTtl, long epoch) => new(
        decision.Verdict.ToWire(),
        decision.RetryAfter,
        new LimitStatus(
            decision.Requests.Name,
            decision.Requests.Capacity,
            decision.Requests.Remaining,
            decision.Requests.Reset),
        decision.RefusedBy,
        decision.Verdict is RuleVerdict.Admitted ? slotTtl : TimeSpan.Zero,
        epoch);

    public static Verdict ToWire(this RuleVerdict verdict) => verdict switch
    {
        RuleVerdict.Admitted => Verdict.Admitted,
        RuleVerdict.Pending => Verdict.Pending,
        RuleVerdict.UnknownKey => Verdict.UnknownKey,
        RuleVerdict.KeyRevoked => Verdict.KeyRevoked,
        RuleVerdict.KeyExpired => Verdict.KeyExpired,
        RuleVerdict.ClientSuspended => Verdict.ClientSuspended,
        RuleVerdict.ModelUnknown => Verdict.ModelUnknown,
        RuleVerdict.ModelForbidden => Verdict.ModelForbidden,
        RuleVerdict.QuotaExhausted => Verdict.QuotaExhausted,
        RuleVerdict.NoFreeSlot => Verdict.NoFreeSlot,
        RuleVerdict.RateLimited or RuleVerdict.TooLarge => Verdict.RateLimited,
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "The wire has no such verdict."),
    };

    public static LimitLiveState[] LimitsToWire(ClientState client, ClientPolicy policy, Moment now) =>
    [
        .. policy.Rates.Select((rate, i) => new LimitLiveState(
            rate.Name,
            LimitKind.Rate.ToWire(),
            default,
            rate.Bucket.Capacity,
            rate.Bucket.Capacity - client.Buckets[i].Remaining(rate.Bucket),
            client.Buckets[i].UntilFull(rate.Bucket),
            0)),
        .. policy.Concurrency.Select(limit => new LimitLiveState(
            limit.Name, LimitKind.Concurrency.ToWire(), default, limit.Amount, client.Slots.InUse, TimeSpan.Zero, 0)),
        .. policy.Quotas.Select((quota, i) => new LimitLiveState(
            quota.Name,
            LimitKind.Quota.ToWire(),
            default,
            quota.Amount,
            client.Quotas[i].Used,
            quota.Calendar.EndOf(client.Quotas[i].Period) - now.Utc,
            client.Quotas[i].Reserved)),
    ];

    public static SlotInfo[] SlotsToWire(ClientState client, Moment now) =>
        [.. from slot in client.Slots.Taken
            orderby slot.Key.EdgeSession, slot.Key.Sequence
            select new SlotInfo(slot.Key.ToWire(), slot.Value.Deadline - now.Elapsed)];

    /// <summary>What an edge tells that it has spent; a unit that stands twice counts once.</summary>
    public static DegradedUse ToUse(DegradedAmount[]? amounts)
    {
        var byUnit = (amounts ?? []).ToLookup(amount => amount.Unit ?? Units.Requests, amount => amount.Amount);
        return new DegradedUse(
            byUnit[Units.Requests].FirstOrDefault(),
            new Costs(
                byUnit[Units.InputTokens].FirstOrDefault(),
                byUnit[Units.OutputTokens].FirstOrDefault(),
                [.. from unit in byUnit
                    where unit.Key is not (Units.Requests or Units.InputTokens or Units.OutputTokens)
                    select new Cost(unit.Key, unit.First())]));
    }
}
