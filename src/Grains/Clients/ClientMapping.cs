using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
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

    /// <summary>How a call ended, in what the rules charge by.</summary>
    /// <param name="completion">What its edge says.</param>
    /// <param name="reserved">
    /// What it reserved: of units other than tokens, whoever worked on it worked on all, and edges say nothing.
    /// </param>
    public static Ending ToRule(this Completion completion, Costs reserved)
    {
        if (completion.Outcome is CompletionOutcome.NotDispatched)
        {
            return new Ending(EndingKind.NotDispatched);
        }

        var used = new Costs(Bounded(completion.InputTokens), Bounded(completion.OutputTokens), reserved.Others)
        {
            Price = reserved.Price,
        };
        return completion.Certainty switch
        {
            UsageCertainty.NothingUsed => new Ending(EndingKind.Used), // One request, and nothing else.
            UsageCertainty.Reported => new Ending(EndingKind.Used, used),
            _ => new Ending(EndingKind.Unknown, used),
        };
    }

    public static AdmitReply ToWire(this Decision decision, TimeSpan slotTtl, long epoch) => new(
        decision.Verdict.ToWire(),
        decision.RetryAfter,
        decision.Requests.ToWire(),
        decision.RefusedBy,
        decision.Verdict is RuleVerdict.Admitted ? slotTtl : TimeSpan.Zero,
        epoch)
    {
        Tokens = decision.Tokens.ToWire(),
    };

    /// <summary>Its headers tell of the rate that binds first, of the client or of its tenant.</summary>
    public static AdmitReply Bound(this AdmitReply reply, TenantHoldReply? tenant) => tenant is null
        ? reply
        : reply with
        {
            Requests = Lower(reply.Requests, tenant.Requests), Tokens = Lower(reply.Tokens, tenant.Tokens),
        };

    private static LimitStatus Lower(LimitStatus own, LimitStatus ofTenant) =>
        ofTenant.Name is null || (own.Name is not null && own.Remaining <= ofTenant.Remaining)
            ? own
            : ofTenant with { Name = TenantRules.NameOf(ofTenant.Name) };

    /// <summary>What stood against a request, in numbers; nothing when no limit did.</summary>
    public static LimitShortage ShortageOf(string? refusedBy, Costs costs, ClientPolicy policy)
    {
        if (refusedBy is null)
        {
            return default;
        }

        foreach (var (name, bucket, unit) in policy.Rates)
        {
            if (name == refusedBy)
            {
                return new LimitShortage(UnitText(unit), costs.Of(unit), bucket.Capacity);
            }
        }

        foreach (var (name, amount, unit, _) in policy.Quotas.AddRange(policy.Concurrency))
        {
            if (name == refusedBy)
            {
                return new LimitShortage(UnitText(unit), costs.Of(unit), amount);
            }
        }

        return default;
    }

    /// <summary>A tenant's verdict; what a newer neighbour says and we do not know is undecided.</summary>
    public static RuleVerdict ToRule(this Verdict verdict) => verdict switch
    {
        Verdict.Admitted => RuleVerdict.Admitted,
        Verdict.QuotaExhausted => RuleVerdict.QuotaExhausted,
        Verdict.NoFreeSlot => RuleVerdict.NoFreeSlot,
        Verdict.RateLimited => RuleVerdict.RateLimited,
        Verdict.TooLarge => RuleVerdict.TooLarge,
        _ => RuleVerdict.Pending,
    };

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
        RuleVerdict.RateLimited => Verdict.RateLimited,
        RuleVerdict.TooLarge => Verdict.TooLarge,
        RuleVerdict.KeyRetired => Verdict.KeyRetired,
        RuleVerdict.KeyNotYetActive => Verdict.KeyNotYetActive,
        RuleVerdict.RoleForbidden => Verdict.RoleForbidden,
        RuleVerdict.AddressForbidden => Verdict.AddressForbidden,
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "The wire has no such verdict."),
    };

    public static LimitLiveState[] LimitsToWire(ClientState client, ClientPolicy policy, Moment now) =>
    [
        .. policy.Rates.Select((rate, i) => new LimitLiveState(
            rate.Name,
            LimitKind.Rate.ToWire(),
            LimitMapping.UnitToWire(rate.Unit).Unit,
            rate.Bucket.Capacity,
            rate.Bucket.Capacity - client.Buckets[i].Remaining(rate.Bucket),
            client.Buckets[i].UntilFull(rate.Bucket),
            0,
            LimitMapping.UnitToWire(rate.Unit).Name)),
        .. policy.Concurrency.Select(limit => new LimitLiveState(
            limit.Name,
            LimitKind.Concurrency.ToWire(),
            default,
            limit.Amount,
            client.Slots.InUseOf(limit.Scope),
            TimeSpan.Zero,
            0)),
        .. policy.Quotas.Select((quota, i) => new LimitLiveState(
            quota.Name,
            LimitKind.Quota.ToWire(),
            LimitMapping.UnitToWire(quota.Unit).Unit,
            quota.Amount,
            client.Quotas[i].Used,
            quota.Calendar.EndOf(client.Quotas[i].Period) - now.Utc,
            client.Quotas[i].Reserved,
            LimitMapping.UnitToWire(quota.Unit).Name)),
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

    public static LimitStatus ToWire(this BindingRate rate) =>
        new(rate.Name, rate.Capacity, rate.Remaining, rate.Reset);

    /// <summary>As operators write units: tokens are input and output together.</summary>
    private static string UnitText(string? unit) => unit switch
    {
        null or "" => Units.Requests,
        Units.TotalTokens => "tokens",
        _ => unit,
    };

    private static long Bounded(long tokens) => Math.Clamp(tokens, 0, LimitRules.AmountMax);
}
