using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <param name="Decision">The tenant's answer; <see cref="Verdict.Pending"/> when shares are recalled first.</param>
/// <param name="Recall">Shares to recall before the same request is asked again; empty for none.</param>
public readonly record struct TenantDecision(Decision Decision, ImmutableArray<ChunkId> Recall);

/// <summary>
/// What a tenant's limits allow its clients. A client obtains a hold for each request before its own turn, and gives it
/// back if it then refuses; or it holds a share, which is a chunk of the tenant's limits, and asks for none.
/// </summary>
public static class TenantRules
{
    /// <summary>
    /// Holds what a request costs of every limit of the tenant, or nothing. Before anyone is refused for want of tokens
    /// or units, shares that clients do not use are recalled.
    /// </summary>
    public static TenantDecision Hold(
        ClientState tenant, RequestId requestId, Costs costs, ClientPolicy limits, Moment now)
    {
        var decision = AdmissionRules.Hold(tenant, requestId, costs, limits, now);
        var isShort = decision.Verdict is Verdict.RateLimited or Verdict.QuotaExhausted;
        var shares = isShort ? SharesOut(tenant) : [];
        return shares.IsEmpty
            ? new TenantDecision(decision, [])
            : new TenantDecision(
                decision with { Verdict = Verdict.Pending, RetryAfter = AdmissionRules.PendingRetryAfter }, shares);
    }

    /// <summary>The client refused the request after all: what was held is free, as if never asked for.</summary>
    public static bool GiveBack(ClientState tenant, RequestId requestId, ClientPolicy limits, Moment now) =>
        AdmissionRules.Complete(tenant, requestId, new Ending(EndingKind.NotDispatched), limits, now);

    // What is out to nobody in particular cannot be recalled.
    private static ImmutableArray<ChunkId> SharesOut(ClientState tenant) =>
        [.. from id in tenant.Chunks.Out.Keys
            where id.EdgeSession != 0
            orderby id.EdgeSession, id.Number
            select id];
}
