using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;

namespace Sluice.Rules.Admission;

/// <summary>The admission rules, with no clock, no grain and no I/O: old state in, new state out.</summary>
public static class AdmissionRules
{
    /// <summary>When a slot frees we cannot know; this is a polite time to ask again.</summary>
    public static readonly TimeSpan SlotRetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How soon to repeat a request that waits for its quota's durable count; about one commit.</summary>
    public static readonly TimeSpan PendingRetryAfter = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Decides in the order in which a client should hear the reasons: key, policy, quota, slots, rates. All of it is
    /// taken or, by any refusal, nothing.
    /// </summary>
    public static (ClientState Next, Decision Decision) Decide(
        ClientState client, AdmissionRequest request, ClientPolicy policy, Moment now)
    {
        client = client.At(now, policy);

        if (client.Slots.Taken.ContainsKey(request.RequestId))
        {
            return (client, Answer(Verdict.Admitted, client, policy)); // The edge repeats a call whose reply it lost.
        }

        if (RefusalByKeyOrPolicy(request, policy, now) is { } refusal)
        {
            return (client, Answer(refusal, client, policy));
        }

        if (FirstExhausted(client, policy) is { } exhausted)
        {
            return (client, Answer(Verdict.QuotaExhausted, client, policy, TimeSpan.Zero, exhausted));
        }

        if (FirstFull(client, policy) is { } full)
        {
            return (client, Answer(Verdict.NoFreeSlot, client, policy, SlotRetryAfter, full));
        }

        var (wait, slowest) = LongestWait(client, policy);
        if (wait > TimeSpan.Zero)
        {
            return (client, Answer(Verdict.RateLimited, client, policy, wait, slowest));
        }

        // Asked for, so that the next block is sized by it; taken only when the block is there.
        client = client with { RecentUse = client.RecentUse.Add(1, now.Elapsed) };
        if (AnyPending(client, policy))
        {
            return (client, Answer(Verdict.Pending, client, policy, PendingRetryAfter));
        }

        var admitted = client with
        {
            Buckets = ClientState.Map(
                client.Buckets, policy.Rates, static (bucket, i, rates) => bucket.Take(1, rates[i].Bucket)),
            Slots = client.Slots.Take(request.RequestId, new Slot(now.Elapsed + policy.SlotTtl, now)),
            Quotas = ClientState.Map(client.Quotas, 1, static (quota, _, units) => quota.Take(units)),
        };
        return (admitted, Answer(Verdict.Admitted, admitted, policy));
    }

    /// <summary>
    /// A request ended. Its slot is free; one that no pool ever saw gives back the rest too, but for the part of a rate
    /// that refilled meanwhile. A request that holds no slot changes nothing: it was completed before, or its slot
    /// expired and what it took is spent.
    /// </summary>
    public static ClientState Complete(
        ClientState client, RequestId requestId, bool dispatched, ClientPolicy policy, Moment now)
    {
        client = client.At(now, policy);
        if (!client.Slots.Taken.TryGetValue(requestId, out var slot))
        {
            return client;
        }

        var ended = client with { Slots = client.Slots.Free(requestId) };
        return dispatched || slot.Admitted is not { } admitted
            ? ended
            : ended with
            {
                Buckets = ClientState.Map(
                    ended.Buckets,
                    (admitted.Elapsed, policy.Rates),
                    static (bucket, i, with) => bucket.Refund(1, with.Elapsed, with.Rates[i].Bucket)),
                Quotas = ClientState.Map(
                    ended.Quotas, admitted.Utc, static (quota, _, taken) => quota.Refund(1, taken)),
            };
    }

    /// <summary>What a key alone is worth, before anything is asked for.</summary>
    public static Verdict Identify(int keyVersion, ReadOnlySpan<byte> mac, ClientPolicy policy, Moment now) =>
        policy.Keys.Judge(keyVersion, mac, now.Utc) switch
        {
            KeyAnswer.Revoked => Verdict.KeyRevoked,
            KeyAnswer.Expired => Verdict.KeyExpired,
            KeyAnswer.Accepted => policy.Suspended ? Verdict.ClientSuspended : Verdict.Admitted,
            _ => Verdict.UnknownKey,
        };

    private static Verdict? RefusalByKeyOrPolicy(AdmissionRequest request, ClientPolicy policy, Moment now)
    {
        var verdict = Identify(request.KeyVersion, request.Mac.Span, policy, now);
        if (verdict is not Verdict.Admitted)
        {
            return verdict;
        }

        return policy.Models.Of(request.Model) switch
        {
            ModelAnswer.Usable => null,
            ModelAnswer.VisibleOnly => Verdict.ModelForbidden,
            _ => Verdict.ModelUnknown,
        };
    }

    private static string? FirstExhausted(ClientState client, ClientPolicy policy)
    {
        for (var i = 0; i < policy.Quotas.Length; i++)
        {
            if (client.Quotas[i].Ask(1, policy.Quotas[i].Amount) is QuotaAnswer.Exhausted)
            {
                return policy.Quotas[i].Name;
            }
        }

        return null;
    }

    private static bool AnyPending(ClientState client, ClientPolicy policy)
    {
        for (var i = 0; i < policy.Quotas.Length; i++)
        {
            if (client.Quotas[i].Ask(1, policy.Quotas[i].Amount) is QuotaAnswer.Pending)
            {
                return true;
            }
        }

        return false;
    }

    private static string? FirstFull(ClientState client, ClientPolicy policy)
    {
        foreach (var limit in policy.Concurrency)
        {
            if (client.Slots.InUse >= limit.Amount)
            {
                return limit.Name;
            }
        }

        return null;
    }

    private static (TimeSpan Wait, string? Name) LongestWait(ClientState client, ClientPolicy policy)
    {
        var longest = (Wait: TimeSpan.Zero, Name: (string?)null);
        for (var i = 0; i < policy.Rates.Length; i++)
        {
            // Never null: a request takes its token for good, so nothing is ever out.
            var wait = client.Buckets[i].WaitFor(1, policy.Rates[i].Bucket)!.Value;
            if (wait > longest.Wait)
            {
                longest = (wait, policy.Rates[i].Name);
            }
        }

        return longest;
    }

    private static Decision Answer(
        Verdict verdict,
        ClientState client,
        ClientPolicy policy,
        TimeSpan retryAfter = default,
        string? refusedBy = null) =>
        new(verdict, retryAfter, refusedBy, BindingRate.Of(client, policy));
}
