using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;

namespace Sluice.Rules.Admission;

/// <summary>The admission rules, with no clock, no grain and no I/O; a refusal changes nothing but the time.</summary>
public static class AdmissionRules
{
    /// <summary>When a slot frees we cannot know; this is a polite time to ask again.</summary>
    public static readonly TimeSpan SlotRetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How soon to repeat a request that waits for its quota's durable count; about one commit.</summary>
    public static readonly TimeSpan PendingRetryAfter = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How soon to repeat a request that waits for edges to tell what they run; they do so every few seconds.
    /// </summary>
    public static readonly TimeSpan RecoveringRetryAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Decides in the order in which a client should hear the reasons: key, policy, quota, slots, rates. All of it is
    /// taken or, by any refusal, nothing.
    /// </summary>
    public static Decision Decide(ClientState client, AdmissionRequest request, ClientPolicy policy, Moment now)
    {
        client.MoveTo(now, policy);

        // A call that was admitted may be running: what its key is worth by now is not its matter.
        return !client.Slots.Taken.ContainsKey(request.RequestId)
            && RefusalByKeyOrPolicy(request, policy, now) is { } refusal
            ? Answer(
                refusal, client, request.Costs, policy, WaitOf(refusal, request.KeyVersion, policy, now),
                RoleAdmission.ReasonOf(refusal, request, policy))
            : Hold(client, request.RequestId, request.Costs, policy, now);
    }

    /// <summary>
    /// Whether a request would be admitted at this moment. Nothing is changed but the time: a client asks so before it
    /// asks its tenant, which must not hold anything for calls that are refused anyway.
    /// </summary>
    public static bool WouldAdmit(ClientState client, AdmissionRequest request, ClientPolicy policy, Moment now)
    {
        client.MoveTo(now, policy);
        return client.Slots.Taken.ContainsKey(request.RequestId)
            || (RefusalByKeyOrPolicy(request, policy, now) is null
                && RefusalByLimits(client, request.Costs, policy) is null
                && IsStoredAhead(client, request.RequestId, request.Costs, policy));
    }

    /// <summary>
    /// A request ended: its slot is free, and it is charged what it used. What it did not use of its reservation comes
    /// back, as far as it cannot have refilled meanwhile; what it used beyond is a debt. A request that holds no slot
    /// changes nothing: it was completed before, or its slot expired and what it took is spent.
    /// </summary>
    /// <returns>Whether it held a slot, so that this is the completion that counts.</returns>
    public static bool Complete(
        ClientState client, RequestId requestId, Ending ending, ClientPolicy policy, Moment now)
    {
        client.MoveTo(now, policy);
        if (!client.Slots.Taken.TryGetValue(requestId, out var slot))
        {
            return false;
        }

        client.Slots.Free(requestId);
        ShadowRules.Complete(client, requestId, ending, policy, now);
        SettlementRules.Settle(client, slot, ending, policy);
        return true;
    }

    /// <summary>What a key alone is worth, before anything is asked for.</summary>
    public static Verdict Identify(int keyVersion, ReadOnlySpan<byte> mac, ClientPolicy policy, Moment now) =>
        VerdictOn(policy.Keys.Judge(keyVersion, mac, now.Utc), policy);

    /// <summary>
    /// What a token is worth that was found right: what the key version is worth that it was issued for; for none (0),
    /// what its client is worth.
    /// </summary>
    public static Verdict IdentifyToken(int keyVersion, ClientPolicy policy, Moment now) => VerdictOn(
        keyVersion == 0 && policy.IsClient ? KeyAnswer.Accepted : policy.Keys.JudgeToken(keyVersion, now.Utc), policy);

    /// <summary>
    /// What is left of a verdict on a credential by where it is used. Asked last: whoever has not the secret does not
    /// learn from where it would be taken.
    /// </summary>
    /// <param name="verdict">The verdict on the credential alone.</param>
    /// <param name="address">See <see cref="AdmissionRequest.Address"/>.</param>
    /// <param name="policy">The client's.</param>
    public static Verdict FromWhere(Verdict verdict, UInt128? address, ClientPolicy policy) =>
        verdict is Verdict.Admitted && address is { } from && policy.Addresses?.Allows(from) is false
            ? Verdict.AddressForbidden
            : verdict;

    private static Verdict VerdictOn(KeyAnswer answer, ClientPolicy policy) => answer switch
    {
        KeyAnswer.Revoked => Verdict.KeyRevoked,
        KeyAnswer.Expired => Verdict.KeyExpired,
        KeyAnswer.Retired => Verdict.KeyRetired,
        KeyAnswer.NotYetActive => Verdict.KeyNotYetActive,
        KeyAnswer.Accepted => policy.Suspended ? Verdict.ClientSuspended : Verdict.Admitted,
        _ => Verdict.UnknownKey,
    };

    /// <summary>How long until a refusal by the key is over by itself; zero when waiting does not help.</summary>
    public static TimeSpan WaitOf(Verdict refusal, int keyVersion, ClientPolicy policy, Moment now) =>
        refusal is Verdict.KeyNotYetActive ? policy.Keys.WaitFor(keyVersion, now.Utc) : TimeSpan.Zero;

    private static Verdict? RefusalByKeyOrPolicy(AdmissionRequest request, ClientPolicy policy, Moment now)
    {
        var verdict = request.Token is null
            ? Identify(request.KeyVersion, request.Mac.Span, policy, now)
            : IdentifyToken(request.KeyVersion, policy, now);
        verdict = FromWhere(verdict, request.Address, policy);
        if (verdict is not Verdict.Admitted)
        {
            return verdict;
        }

        return policy.Models.Of(request.Model) switch
        {
            ModelAnswer.Usable when request.Token?.Scope.Allows(request.Model) is false => Verdict.ModelForbidden,
            ModelAnswer.Usable when RoleAdmission.RefusalOf(request, policy) is not RoleRefusal.None =>
                Verdict.RoleForbidden,
            ModelAnswer.Usable => null,
            ModelAnswer.VisibleOnly => Verdict.ModelForbidden,
            _ => Verdict.ModelUnknown,
        };
    }

    /// <summary>
    /// Asks every limit, in the order of the reasons; none is changed before all have agreed. A tenant is asked so too,
    /// whose limits know no key and no model.
    /// </summary>
    public static Decision Hold(
        ClientState client, RequestId requestId, Costs costs, ClientPolicy policy, Moment now)
    {
        client.MoveTo(now, policy);
        if (client.Slots.Taken.ContainsKey(requestId))
        {
            // The edge repeats a call whose reply it lost, and counts the slot's time from this question on.
            client.Slots.Extend(requestId, now.Elapsed + policy.SlotTtl);
            return Answer(Verdict.Admitted, client, costs, policy);
        }

        if (RefusalByLimits(client, costs, policy) is { } refusal)
        {
            return refusal;
        }

        for (var i = 0; i < client.Quotas.Length; i++)
        {
            // Asked for, so that the next block is sized by it; taken only when the block is there.
            client.RecentUse[i] = client.RecentUse[i].Add(policy.Quotas[i].CostOf(costs), now.Elapsed);
        }

        if (!IsStoredAhead(client, requestId, costs, policy))
        {
            return Answer(Verdict.Pending, client, costs, policy, PendingRetryAfter);
        }

        for (var i = 0; i < client.Buckets.Length; i++)
        {
            var (cost, limit) = (policy.Rates[i].CostOf(costs), policy.Rates[i].Bucket);
            client.Buckets[i] = client.Debits[i]?.Take(client.Buckets[i], cost, limit)
                ?? client.Buckets[i].Take(cost, limit);
        }

        for (var i = 0; i < client.Quotas.Length; i++)
        {
            client.Quotas[i] = client.Quotas[i].Take(policy.Quotas[i].CostOf(costs));
        }

        client.Slots.Take(requestId, new Slot(now.Elapsed + policy.SlotTtl, now, costs));
        var shadowRefusals = ShadowRules.Take(client, requestId, costs, policy, now);
        return Answer(Verdict.Admitted, client, costs, policy) with { ShadowRefusals = shadowRefusals };
    }

    /// <summary>What stands against a call, whatever is stored; null when nothing does. Nothing is changed.</summary>
    private static Decision? RefusalByLimits(ClientState client, Costs costs, ClientPolicy policy)
    {
        if (FirstQuota(QuotaAnswer.Exhausted, client, costs, policy) is { } exhausted)
        {
            return Answer(Verdict.QuotaExhausted, client, costs, policy, TimeSpan.Zero, exhausted);
        }

        if (FirstFull(client, costs, policy) is { } full)
        {
            // What edges have not told yet is no use that the client could end: it waits, and is not refused.
            return IsFullByWhatIsKnown(client, costs, policy)
                ? Answer(Verdict.NoFreeSlot, client, costs, policy, SlotRetryAfter, full)
                : Answer(Verdict.Pending, client, costs, policy, RecoveringRetryAfter);
        }

        if (FirstTooSmall(costs, policy) is { } tooSmall)
        {
            return Answer(Verdict.TooLarge, client, costs, policy, TimeSpan.Zero, tooSmall);
        }

        var (wait, slowest, isBlocked) = LongestWait(client, costs, policy);
        return wait > TimeSpan.Zero
            ? Answer(Verdict.RateLimited, client, costs, policy, wait, slowest) with { BlockedByOut = isBlocked }
            : null;
    }

    private static bool IsStoredAhead(ClientState client, RequestId requestId, Costs costs, ClientPolicy policy) =>
        FirstQuota(QuotaAnswer.Pending, client, costs, policy) is null
        && AreCovered(client, costs, policy)
        && (policy.Concurrency.IsEmpty || client.Slots.Covers(requestId.EdgeSession));

    private static string? FirstQuota(QuotaAnswer answer, ClientState client, Costs costs, ClientPolicy policy)
    {
        for (var i = 0; i < policy.Quotas.Length; i++)
        {
            var quota = policy.Quotas[i];
            if (quota.CostOf(costs) is var cost and > 0 && client.Quotas[i].Ask(cost, quota.Amount) == answer)
            {
                return quota.Name;
            }
        }

        return null;
    }

    private static bool AreCovered(ClientState client, Costs costs, ClientPolicy policy)
    {
        for (var i = 0; i < policy.Rates.Length; i++)
        {
            var rate = policy.Rates[i];
            if (!client.Ceilings[i].Covers(client.Buckets[i], rate.CostOf(costs), rate.Bucket))
            {
                return false;
            }
        }

        return true;
    }

    private static string? FirstFull(ClientState client, Costs costs, ClientPolicy policy)
    {
        foreach (var limit in policy.Concurrency)
        {
            if (costs.IsIn(limit.Scope)
                && client.Slots.InUseOf(limit.Scope) + client.Slots.Unheard >= limit.Amount)
            {
                return limit.Name;
            }
        }

        return null;
    }

    private static bool IsFullByWhatIsKnown(ClientState client, Costs costs, ClientPolicy policy)
    {
        foreach (var limit in policy.Concurrency)
        {
            if (costs.IsIn(limit.Scope) && client.Slots.InUseOf(limit.Scope) >= limit.Amount)
            {
                return true;
            }
        }

        return false;
    }

    private static string? FirstTooSmall(Costs costs, ClientPolicy policy)
    {
        foreach (var rate in policy.Rates)
        {
            if (rate.CostOf(costs) > rate.Bucket.Capacity)
            {
                return rate.Name;
            }
        }

        return null;
    }

    private static (TimeSpan Wait, string? Name, bool IsBlocked) LongestWait(
        ClientState client, Costs costs, ClientPolicy policy)
    {
        var longest = (Wait: TimeSpan.Zero, Name: (string?)null, IsBlocked: false);
        for (var i = 0; i < policy.Rates.Length; i++)
        {
            var (name, limit, _) = policy.Rates[i];
            var cost = policy.Rates[i].CostOf(costs);
            if (cost == 0)
            {
                continue; // Nothing is asked of this limit, so a debt of others is no reason to refuse.
            }

            var wait = client.Buckets[i].WaitFor(cost, limit);
            var isBlocked = wait is null; // Not before the first chunk is back or over.
            wait ??= client.Chunks.EarliestDeadline - client.Buckets[i].AsOf;
            if (wait > longest.Wait)
            {
                longest = (wait.Value, name, isBlocked);
            }
        }

        return longest;
    }

    internal static Decision Answer(
        Verdict verdict,
        ClientState client,
        Costs costs,
        ClientPolicy policy,
        TimeSpan retryAfter = default,
        string? refusedBy = null) =>
        new(
            verdict,
            retryAfter,
            refusedBy,
            BindingRate.Of(client, costs, policy, ofTokens: false),
            BindingRate.Of(client, costs, policy, ofTokens: true));
}
