using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <param name="Decision">What would be decided.</param>
/// <param name="Limits">Every limit's numbers as they are before it.</param>
public readonly record struct WhatIf(Decision Decision, ImmutableArray<LimitNumbers> Limits);

/// <summary>Why a decision is as it is: every limit by itself, not only the first that refuses.</summary>
public static class Explanation
{
    /// <summary>How many levels a policy has: its rates, limits on calls at once, quotas, and those on trial.</summary>
    public static int CountLevels(ClientPolicy policy) =>
        policy.Rates.Length + policy.Concurrency.Length + policy.Quotas.Length + policy.Shadows.Length;

    /// <summary>Where every limit stands, in the order of <see cref="Of"/>. Allocates nothing.</summary>
    /// <param name="client">The client, as of now.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="levels">As many as <see cref="CountLevels"/>.</param>
    public static void Read(ClientState client, ClientPolicy policy, Span<LimitLevel> levels)
    {
        var next = 0;
        foreach (var bucket in client.Buckets)
        {
            levels[next++] = new LimitLevel(bucket.Credit, bucket.Out);
        }

        for (var i = 0; i < policy.Concurrency.Length; i++)
        {
            var inUse = client.Slots.InUseOf(policy.Concurrency[i].Scope);
            levels[next++] = new LimitLevel(inUse, client.Slots.Unheard);
        }

        foreach (var quota in client.Quotas)
        {
            levels[next++] = new LimitLevel(quota.Used, quota.Reserved);
        }

        for (var i = 0; i < client.Shadows.Length; i++)
        {
            Read(client.Shadows[i].Alone, policy.Shadows[i].Alone, levels.Slice(next++, 1)); // Of one limit, one level.
        }
    }

    /// <summary>What every limit says of a call that costs so much, at levels as they were read.</summary>
    public static ImmutableArray<LimitNumbers> Of(
        ReadOnlySpan<LimitLevel> levels, ClientPolicy policy, Costs costs, DateTimeOffset utc)
    {
        var numbers = ImmutableArray.CreateBuilder<LimitNumbers>(CountLevels(policy));
        var next = 0;
        foreach (var rate in policy.Rates)
        {
            numbers.Add(OfRate(levels[next++], rate, rate.CostOf(costs)));
        }

        foreach (var limit in policy.Concurrency)
        {
            numbers.Add(OfConcurrency(levels[next++], limit, costs.IsIn(limit.Scope)));
        }

        foreach (var quota in policy.Quotas)
        {
            numbers.Add(OfQuota(levels[next++], quota, quota.CostOf(costs), utc));
        }

        foreach (var shadow in policy.Shadows)
        {
            numbers.Add(Of(levels.Slice(next++, 1), shadow.Alone, costs, utc)[0] with { IsShadow = true });
        }

        return numbers.MoveToImmutable();
    }

    /// <summary>
    /// The same of a call that was admitted, at levels after it took its part: none of the limits refused it, but those
    /// on trial that said so.
    /// </summary>
    public static ImmutableArray<LimitNumbers> OfAdmitted(
        ReadOnlySpan<LimitLevel> levels, ClientPolicy policy, Costs costs, DateTimeOffset utc, UInt128 shadowRefusals)
    {
        var enforced = CountLevels(policy) - policy.Shadows.Length;
        return [.. Of(levels, policy, costs, utc).Select((limit, i) =>
            i >= enforced && (shadowRefusals >> (i - enforced) & UInt128.One) != UInt128.Zero
                ? limit with { Refuses = true }
                : limit with { Refuses = false, RetryAfter = null })];
    }

    /// <summary>
    /// What would be decided about a call now, whatever edge it comes from. The client stays exactly as it is.
    /// </summary>
    public static WhatIf Try(ClientState client, AdmissionRequest request, ClientPolicy policy, Moment now)
    {
        var copy = client.Copy() with { Slots = client.Slots.ForNoEdge() };
        copy.MoveTo(now, policy);
        ShadowRules.MoveTo(copy, policy, now);
        var levels = new LimitLevel[CountLevels(policy)];
        Read(copy, policy, levels);
        return new WhatIf(
            AdmissionRules.Decide(copy, request, policy, now), Of(levels, policy, request.Costs, now.Utc));
    }

    private static LimitNumbers OfRate(LimitLevel level, RateLimit rate, long cost)
    {
        var limit = rate.Bucket;
        var bucket = new TokenBucket(level.Amount, level.Apart, TimeSpan.Zero);
        TimeSpan? wait = cost == 0 ? TimeSpan.Zero : cost > limit.Capacity ? null : bucket.WaitFor(cost, limit);
        return new LimitNumbers
        {
            Name = rate.Name,
            Kind = LimitKind.Rate,
            Unit = UnitOf(rate.Unit),
            Limit = limit.Capacity,
            Used = limit.Capacity - bucket.Remaining(limit),
            Remaining = bucket.Remaining(limit),
            Cost = cost,
            Refuses = wait != TimeSpan.Zero,
            RetryAfter = wait == TimeSpan.Zero ? null : wait,
            Reset = bucket.UntilFull(limit),
        };
    }

    private static LimitNumbers OfConcurrency(LimitLevel level, CountLimit limit, bool counts)
    {
        var used = level.Amount + level.Apart;
        var refuses = counts && used >= limit.Amount;
        return new LimitNumbers
        {
            Name = limit.Name,
            Kind = LimitKind.Concurrency,
            Unit = Units.Requests,
            Limit = limit.Amount,
            Used = used,
            Remaining = Math.Max(0, limit.Amount - used),
            Cost = counts ? 1 : 0,
            Refuses = refuses,
            RetryAfter = refuses ? AdmissionRules.SlotRetryAfter : null,
            Reset = TimeSpan.Zero,
        };
    }

    private static LimitNumbers OfQuota(LimitLevel level, CountLimit limit, long cost, DateTimeOffset utc)
    {
        var period = limit.Calendar.PeriodOf(utc);
        var quota = new Quota(period, level.Amount, level.Apart);
        var untilEnd = limit.Calendar.EndOf(period) - utc;
        var refuses = cost > 0 && quota.Ask(cost, limit.Amount) is QuotaAnswer.Exhausted;
        return new LimitNumbers
        {
            Name = limit.Name,
            Kind = LimitKind.Quota,
            Unit = UnitOf(limit.Unit),
            Limit = limit.Amount,
            Used = quota.Used,
            Remaining = Math.Max(0, limit.Amount - quota.Used),
            Cost = cost,
            Refuses = refuses,
            RetryAfter = refuses && cost <= limit.Amount ? untilEnd : null,
            Reset = untilEnd,
        };
    }

    private static string UnitOf(string? unit) => string.IsNullOrEmpty(unit) ? Units.Requests : unit;
}
