using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
    /// <summary>What the name of a tenant's limit begins with where it stands among a client's.</summary>
    public const string NamePrefix = "tenant/";

    /// <summary>How soon to repeat a call that waits for shares: about one call to another grain.</summary>
    public static readonly TimeSpan RecallRetryAfter = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Holds what a request costs of every limit of the tenant, or nothing. Before anyone is refused for want of tokens
    /// or units, shares that clients do not use are recalled.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="requestId">The call.</param>
    /// <param name="costs">What it is expected to cost.</param>
    /// <param name="limits">The tenant's limits.</param>
    /// <param name="now">The tenant's moment.</param>
    /// <param name="recalls">What was asked back before; null for nothing.</param>
    public static TenantDecision Hold(
        ClientState tenant, RequestId requestId, Costs costs, ClientPolicy limits, Moment now,
        ShareRecalls? recalls = null)
    {
        var decision = AdmissionRules.Hold(tenant, requestId, costs, limits, now);
        if (decision.Verdict is not (Verdict.RateLimited or Verdict.QuotaExhausted))
        {
            return new TenantDecision(decision, []);
        }

        var (recall, waits) = (recalls ?? new ShareRecalls()).SomebodyIsShort(tenant.Chunks, now.Elapsed);
        return waits
            ? new TenantDecision(
                AdmissionRules.Answer(Verdict.Pending, tenant, costs, limits, RecallRetryAfter), recall)
            : new TenantDecision(decision, recall);
    }

    /// <summary>What a call would be answered now, whoever asks. The tenant stays exactly as it is.</summary>
    public static WhatIf Try(ClientState tenant, RequestId requestId, Costs costs, ClientPolicy limits, Moment now)
    {
        var copy = tenant.Copy() with { Slots = tenant.Slots.ForNoEdge() };
        copy.MoveTo(now, limits);
        ShadowRules.MoveTo(copy, limits, now);
        var levels = new LimitLevel[Explanation.CountLevels(limits)];
        Explanation.Read(copy, limits, levels);
        return new WhatIf(
            Hold(copy, requestId, costs, limits, now).Decision, Explanation.Of(levels, limits, costs, now.Utc));
    }

    /// <summary>What a client answers when its tenant refused: the client is as it was, but for the time.</summary>
    /// <param name="client">The client.</param>
    /// <param name="costs">What the request was expected to cost.</param>
    /// <param name="policy">The client's policy.</param>
    /// <param name="verdict">The tenant's.</param>
    /// <param name="retryAfter">When to ask again, by the tenant.</param>
    /// <param name="refusedBy">The tenant's limit; null when none refused.</param>
    /// <param name="now">The client's moment.</param>
    public static Decision Refused(
        ClientState client, Costs costs, ClientPolicy policy, Verdict verdict, TimeSpan retryAfter, string? refusedBy,
        Moment now)
    {
        client.MoveTo(now, policy);
        return AdmissionRules.Answer(
            verdict, client, costs, policy, retryAfter, refusedBy is null ? null : NameOf(refusedBy));
    }

    /// <summary>How a tenant's limit is named among a client's, whose names have no such sign.</summary>
    public static string NameOf(string limit) => NamePrefix + limit;

    /// <summary>
    /// What a tenant's slots are kept by in place of an edge's session: one number for each client at each edge, so
    /// that what a client reports for an edge frees its own slots alone. It is the same for every owner, without
    /// anything being stored: the first 63 bits of a SHA-256.
    /// </summary>
    /// <param name="clientId">The client.</param>
    /// <param name="edgeSession">The edge's session; 1 or more.</param>
    public static long SessionOf(string clientId, long edgeSession)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{clientId}/{edgeSession}")));
        return Math.Max(1, (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> 1));
    }

    /// <summary>Whom a share is lent to: one number for each client, which is none of its sessions'.</summary>
    public static long HolderOf(string clientId) => SessionOf(clientId, edgeSession: 0);

    /// <summary>
    /// Every mistake in the limits of a tenant: what makes any limits valid, and that a tenant has no keys of its own.
    /// </summary>
    public static IReadOnlyList<string> MistakesIn(IReadOnlyList<Limit> limits) =>
    [
        .. LimitRules.MistakesIn(limits),
        .. from i in Enumerable.Range(0, limits.Count)
           where limits[i].Scope is { KeyVersions.IsEmpty: false }
           select $"limits[{i}].keys: a tenant has no keys; its clients have, each its own.",
        .. from i in Enumerable.Range(0, limits.Count)
           where limits[i].Unit is Units.Cost
           select $"limits[{i}].unit: a tenant has no prices; its clients' plans have, each its own.",
    ];

    /// <summary>The client refused the request after all: what was held is free, as if never asked for.</summary>
    public static bool GiveBack(ClientState tenant, RequestId requestId, ClientPolicy limits, Moment now) =>
        AdmissionRules.Complete(tenant, requestId, new Ending(EndingKind.NotDispatched), limits, now);
}
