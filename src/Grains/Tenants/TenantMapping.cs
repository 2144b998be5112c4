using System.Collections.Immutable;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Clients;
using Sluice.Grains.Plans;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Tenants;

/// <summary>Between what is said of a tenant on the wire and in the rules.</summary>
internal static class TenantMapping
{
    /// <summary>The tenant's limits as an account is counted by them: keys and models are its clients'.</summary>
    /// <exception cref="InvalidOperationException">They cannot be counted here.</exception>
    public static ClientPolicy PolicyOf(TenantDefinition tenant, TimeSpan slotTtl)
    {
        var limits = tenant.Limits.ToRules();
        var mistakes = TenantRules.MistakesIn(limits);
        return mistakes.Count == 0
            ? (ClientPolicy.Nobody with { SlotTtl = slotTtl }).WithLimits(limits, TenantZone.Of(tenant.TimeZone))
            : throw new InvalidOperationException(
                $"Tenant '{tenant.Tenant}' has limits that this version cannot count: " + string.Join(' ', mistakes));
    }

    /// <summary>What a call costs its tenant, but for what it is.</summary>
    public static Costs CostsOf(TenantHoldRequest request)
    {
        var (images, pages) = (Bounded(request.Images), Bounded(request.Pages));
        return new Costs(
            Bounded(request.InputTokens),
            Bounded(request.OutputTokens),
            images + pages == 0 ? default : [new Cost(Units.Images, images), new Cost(Units.Pages, pages)]);
    }

    /// <summary>A call that runs on when its share ends, as its client tells it.</summary>
    public static ShareCall ToRule(TenantCall call, string clientId, bool hasScopes)
    {
        var (session, sequence) = call.RequestId;
        var costs = CostsOf(new TenantHoldRequest
        {
            Hold = default,
            Version = 0,
            Model = call.Model,
            InputTokens = call.InputTokens,
            OutputTokens = call.OutputTokens,
            Images = call.Images,
            Pages = call.Pages,
        });
        return new ShareCall(
            new Rules.Limits.RequestId(TenantRules.SessionOf(clientId, session), sequence),
            hasScopes
                ? costs with
                {
                    Call = ScopeMapping.FactsOf(call.Model, call.Endpoint, call.KeyVersion, call.ClientAddress),
                }
                : costs);
    }

    /// <summary>The same for the wire.</summary>
    public static TenantCall ToWire(ShareCall call) => new()
    {
        RequestId = call.RequestId.ToWire(),
        InputTokens = call.Reserved.InputTokens,
        OutputTokens = call.Reserved.OutputTokens,
        Images = call.Reserved.Of(Units.Images),
        Pages = call.Reserved.Of(Units.Pages),
        Model = call.Reserved.Call?.Model ?? "",
        Endpoint = call.Reserved.Call?.Endpoint ?? "",
        KeyVersion = call.Reserved.Call?.KeyVersion ?? 0,
        ClientAddress = call.Reserved.Call?.Address ?? UInt128.Zero,
    };

    /// <summary>The tenant's answer, but for who answers.</summary>
    public static TenantHoldReply ToWire(Decision decision, Costs costs, ClientPolicy policy) => new()
    {
        Verdict = decision.Verdict.ToWire(),
        RetryAfter = decision.RetryAfter,
        RefusedBy = decision.RefusedBy,
        Requests = decision.Requests.ToWire(),
        Tokens = decision.Tokens.ToWire(),
        Shortage = ClientMapping.ShortageOf(decision.RefusedBy, costs, policy),
        Epoch = 0,
        Version = 0,
    };

    /// <summary>Every limit's numbers for a call.</summary>
    public static LimitExplanation[] NumbersOf(ClientState tenant, Costs costs, ClientPolicy policy, Moment now)
    {
        var levels = new LimitLevel[Explanation.CountLevels(policy)];
        Explanation.Read(tenant, policy, levels);
        return ToWire(Explanation.Of(levels, policy, costs, now.Utc));
    }

    /// <summary>Named as they stand among a client's.</summary>
    public static LimitExplanation[] ToWire(ImmutableArray<LimitNumbers> limits) =>
        [.. limits.Select(limit => limit.ToWire() with { Name = TenantRules.NameOf(limit.Name) })];

    private static long Bounded(long amount) => Math.Clamp(amount, 0, LimitRules.AmountMax);
}
