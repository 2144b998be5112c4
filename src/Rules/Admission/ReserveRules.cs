using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <param name="Key">The quota's <see cref="CountLimit.Key"/>.</param>
/// <param name="Period">The period counted.</param>
/// <param name="Reserved">Units that may be spent in it.</param>
/// <param name="IsFirst">Nothing of this period was stored before by this owner.</param>
public readonly record struct NextQuota(string Key, QuotaPeriod Period, long Reserved, bool IsFirst);

/// <param name="Key">The rate's <see cref="RateLimit.Key"/>.</param>
/// <param name="Rate">What to store of it.</param>
public readonly record struct NextRate(string Key, StoredRate Rate);

/// <summary>What to store of a client, all of it or none.</summary>
/// <param name="Quotas">Each key once.</param>
/// <param name="Rates">Each key once.</param>
/// <param name="Slots">Each edge session once.</param>
/// <param name="Asked">Owner's monotonic time when it was worked out.</param>
public sealed record NextReserve(
    IReadOnlyList<NextQuota> Quotas, IReadOnlyList<NextRate> Rates, IReadOnlyList<StoredSlots> Slots, TimeSpan Asked)
{
    /// <summary>The usual case, on every request: enough is open.</summary>
    public static readonly NextReserve Nothing = new([], [], [], default);

    public bool IsEmpty => Quotas.Count + Rates.Count + Slots.Count == 0;
}

/// <summary>Requests that wait because less is stored than they need.</summary>
/// <param name="Requests">How many; 0 is none, and what is stored is extended ahead of need alone.</param>
/// <param name="Costs">What each of them costs, about; what one of them costs at least.</param>
/// <param name="EdgeSessions">
/// Edges whose slots are looked at: those that wait, or that ask just now; each once.
/// </param>
public readonly record struct ReserveNeed(int Requests, Costs Costs, IReadOnlyCollection<long> EdgeSessions)
{
    /// <summary>Tokens of each rate, by position, that wait to be lent; default or another length: none.</summary>
    public ImmutableArray<long> Lent { get; init; }
}

/// <summary>Keeps what is stored ahead of what is used: quotas, rates and slots in one write.</summary>
public static class ReserveRules
{
    /// <summary>
    /// What to store next, so that those who wait fit and some more; nothing where enough is open. The client is at the
    /// moment of its last decision.
    /// </summary>
    public static NextReserve Next(ClientState client, ClientPolicy policy, ReserveNeed need, TimeSpan now)
    {
        List<NextQuota>? quotas = null;
        for (var i = 0; i < policy.Quotas.Length; i++)
        {
            var (limit, quota) = (policy.Quotas[i], client.Quotas[i]);
            var units = Math.Min(
                Product(need.Requests, limit.CostOf(need.Costs)), Math.Max(0, limit.Amount - quota.Used));
            var block = QuotaBlock.Size(client.RecentUse[i].PerSpan, quota.Used, limit.Amount);
            if (quota.NextReserve(units, block, limit.Amount) is { } reserved)
            {
                (quotas ??= []).Add(new NextQuota(limit.Key, quota.Period, reserved, quota.Reserved == 0));
            }
        }

        List<NextRate>? rates = null;
        for (var i = 0; i < policy.Rates.Length; i++)
        {
            var (rate, bucket) = (policy.Rates[i], client.Buckets[i]);
            var waiting = Product(need.Requests, rate.CostOf(need.Costs));
            var lent = !need.Lent.IsDefault && need.Lent.Length == policy.Rates.Length ? need.Lent[i] : 0;
            var tokens = Math.Min(Math.Max(waiting, lent), bucket.Remaining(rate.Bucket));
            if (client.Ceilings[i].Next(bucket, tokens, RateCeiling.AheadOf(rate.Bucket), rate.Bucket) is { } stored)
            {
                (rates ??= []).Add(new NextRate(rate.Key, stored));
            }
        }

        var slots = client.Slots.Ceilings?.TakeSilent(now);
        var most = MostSlots(policy);
        foreach (var session in policy.Concurrency.IsEmpty ? [] : need.EdgeSessions)
        {
            if (client.Slots.NextStored(session, most) is { } next)
            {
                (slots ??= []).Add(next);
            }
        }

        return quotas is null && rates is null && slots is null
            ? NextReserve.Nothing
            : new NextReserve(quotas ?? [], rates ?? [], slots ?? [], now);
    }

    /// <summary>
    /// What a clean stop stores: exactly what is used, and nothing ahead. Nothing may be admitted after it.
    /// </summary>
    public static NextReserve Exact(ClientState client, ClientPolicy policy, TimeSpan now) => new(
        [.. policy.Quotas.Select((limit, i) =>
            new NextQuota(
                limit.Key, client.Quotas[i].Period, client.Quotas[i].Stopped().Reserved,
                IsFirst: client.Quotas[i].Reserved == 0))],
        [.. policy.Rates.Select((rate, i) =>
            new NextRate(rate.Key, RateCeiling.Exact(client.Buckets[i], rate.Bucket)))],
        client.Slots.Unheard > 0 ? [] : [.. client.Slots.Ceilings?.InUse ?? []],
        now);

    /// <summary>
    /// It has been stored: so much is open from now on, in the client as it is by now. What was stored under a limit
    /// that has changed meanwhile opens nothing.
    /// </summary>
    public static void Stored(ClientState client, ClientPolicy policy, NextReserve stored)
    {
        foreach (var (key, period, reserved, _) in stored.Quotas)
        {
            for (var i = 0; i < client.Quotas.Length; i++)
            {
                if (policy.Quotas[i].Key == key)
                {
                    client.Quotas[i] = client.Quotas[i].WithReserved(period, reserved);
                }
            }
        }

        foreach (var (key, rate) in stored.Rates)
        {
            for (var i = 0; i < client.Ceilings.Length; i++)
            {
                if (policy.Rates[i].Key == key && policy.Rates[i].Bucket == rate.Limit)
                {
                    client.Ceilings[i] = client.Ceilings[i].Raised(rate, stored.Asked);
                }
            }
        }

        foreach (var slots in stored.Slots)
        {
            if (slots.Highest > 0)
            {
                client.Slots.Ceilings?.Stored(slots, stored.Asked + policy.SlotTtl);
            }
        }
    }

    /// <summary>Calls have used more of a quota than is stored: that is stored though nobody asks for more.</summary>
    public static bool HasUnstoredUse(ClientState client)
    {
        foreach (var quota in client.Quotas)
        {
            if (quota.Used > quota.Reserved)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>More are never granted; a limit that counts some calls only bounds the others by nothing.</summary>
    private static int MostSlots(ClientPolicy policy)
    {
        long most = int.MaxValue;
        foreach (var limit in policy.Concurrency)
        {
            most = limit.Scope is null ? Math.Min(most, limit.Amount) : most;
        }

        return (int)most;
    }

    private static long Product(long requests, long cost) =>
        (long)Int128.Min((Int128)requests * cost, LimitRules.AmountMax);
}
