using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>
/// Charges calls by what they used: at their end, and while they run for what they were told to have used beyond their
/// reservation. What is charged while a call runs is taken back by whatever is told next, be it more or the end, and
/// charged anew: so the end leaves what it would have left alone, whatever was told before, repeated, late or lost.
/// </summary>
public static class SettlementRules
{
    /// <summary>
    /// A running call has used so much by now. What goes beyond its reservation is charged at once, as a debt where it
    /// must be: it cannot be refused any more. A call that holds no slot changes nothing, and neither does less than
    /// was told before.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="requestId">The call.</param>
    /// <param name="used">Tokens of input and output since it began; 0 where it is not known yet.</param>
    /// <param name="policy">The client's policy.</param>
    /// <param name="now">The client's moment.</param>
    /// <returns>Whether the counts have changed.</returns>
    public static bool Tell(ClientState client, RequestId requestId, Costs used, ClientPolicy policy, Moment now)
    {
        client.MoveTo(now, policy);
        ShadowRules.Tell(client, requestId, used, policy, now);
        if (!client.Slots.Taken.TryGetValue(requestId, out var slot))
        {
            return false;
        }

        var told = new ToldUse(
            Math.Max(used.InputTokens, slot.Told?.InputTokens ?? 0),
            Math.Max(used.OutputTokens, slot.Told?.OutputTokens ?? 0),
            now.Elapsed, slot.Admitted?.Utc ?? now.Utc, [], []);
        var counted = (slot with { Told = told }).Counted;
        if (counted == slot.Counted)
        {
            return false; // Within what it reserved, which is the usual case, or told before.
        }

        client.Slots.Tell(requestId, told with
        {
            Rates = [.. policy.Rates.Select((rate, i) => ChargeRate(client, i, slot, rate.CostOf(counted), rate))],
            Quotas =
            [
                .. policy.Quotas.Select((quota, i) =>
                    ChargeQuota(client, i, slot, quota.CostOf(counted), quota, told.BookedUtc)),
            ],
        });
        return true;
    }

    /// <summary>
    /// The call has ended: what it used is charged, and nothing else. The client is at the moment of its end.
    /// </summary>
    internal static void Settle(ClientState client, Slot slot, Ending ending, ClientPolicy policy)
    {
        for (var i = 0; i < client.Buckets.Length; i++)
        {
            var rate = policy.Rates[i];
            var (bucket, charged) = WithoutOpen(client, i, slot, rate);
            var used = ending.ChargeIn(rate.Unit, rate.Scope, slot.Reserved);
            client.Change(i, Settled(bucket, client.Debits[i], slot.Admitted, charged, used, rate.Bucket));
        }

        for (var i = 0; i < client.Quotas.Length; i++)
        {
            var quota = policy.Quotas[i];
            var (count, charged) = WithoutOpen(client, i, slot, quota);
            var unused = charged - ending.ChargeIn(quota.Unit, quota.Scope, slot.Reserved);
            client.Quotas[i] = slot.Admitted is { } admitted
                ? count.Refund(unused, admitted.Utc, quota.Calendar)
                : count.Take(Math.Max(0, -unused)); // It took nothing of this limit but what went beyond.
        }
    }

    private static TokenBucket Settled(
        TokenBucket bucket, DebitHistory? debits, Moment? admitted, long charged, long used, BucketLimit limit)
    {
        if (admitted is not { } taken)
        {
            // It took nothing of this limit, or of another one under its name; only what went beyond is charged.
            return used <= charged ? bucket
                : debits?.Take(bucket, used - charged, limit) ?? bucket.Take(used - charged, limit);
        }

        return debits?.Settle(bucket, charged, used, taken.Elapsed, limit)
            ?? (used < charged ? bucket.Refund(charged - used, taken.Elapsed, limit) : bucket);
    }

    /// <summary>
    /// As a debit of now, like any use that nobody can refuse: it happened since the call was told of last.
    /// </summary>
    private static BeyondUse ChargeRate(ClientState client, int i, Slot slot, long counted, RateLimit rate)
    {
        var (bucket, charged) = WithoutOpen(client, i, slot, rate);
        var open = Math.Clamp(counted - charged, 0, TokenBucket.DebtMax / rate.Bucket.Period.Ticks);
        client.Change(i, client.Debits[i]?.Take(bucket, open, rate.Bucket) ?? bucket.Take(open, rate.Bucket));
        return new BeyondUse(charged - rate.CostOf(slot.Reserved), open);
    }

    private static BeyondUse ChargeQuota(
        ClientState client, int i, Slot slot, long counted, CountLimit quota, DateTimeOffset booked)
    {
        var (count, charged) = WithoutOpen(client, i, slot, quota);
        var open = Math.Max(0, counted - charged);
        client.Quotas[i] = count.Refund(-open, booked, quota.Calendar); // Below zero it takes.
        return new BeyondUse(charged - quota.CostOf(slot.Reserved), open);
    }

    /// <summary>
    /// The bucket as if nothing had been told last, and what is charged of the call in it then. What was told so long
    /// ago, or by an owner whose debits are not known here, stays charged.
    /// </summary>
    private static (TokenBucket Bucket, long Charged) WithoutOpen(
        ClientState client, int i, Slot slot, RateLimit rate)
    {
        var (bucket, reserved) = (client.Buckets[i], rate.CostOf(slot.Reserved));
        if (slot.Told is not { } told || told.Rates[i] is not { All: > 0 } beyond)
        {
            return (bucket, reserved);
        }

        return client.Debits[i] is { } debits && debits.Knows(told.At, bucket.AsOf, rate.Bucket)
            ? (debits.Settle(bucket, beyond.Open, 0, told.At, rate.Bucket), reserved + beyond.Kept)
            : (bucket, reserved + beyond.All);
    }

    /// <summary>The same of a quota: what was charged in a period that is over stays there.</summary>
    private static (Quota Count, long Charged) WithoutOpen(ClientState client, int i, Slot slot, CountLimit quota)
    {
        var (count, reserved) = (client.Quotas[i], quota.CostOf(slot.Reserved));
        if (slot.Told is not { } told || told.Quotas[i] is not { All: > 0 } beyond)
        {
            return (count, reserved);
        }

        // A call whose admission is known counts in that period alone, told or ended.
        return slot.Admitted is not null || quota.Calendar.PeriodOf(told.BookedUtc) == count.Period
            ? (count.Refund(beyond.Open, told.BookedUtc, quota.Calendar), reserved + beyond.Kept)
            : (count, reserved + beyond.All);
    }

    /// <summary>
    /// What calls were told to have used, under another policy: each limit that goes on keeps what it was charged.
    /// </summary>
    internal static Func<ToldUse, ToldUse> Carried(
        ImmutableArray<RateLimit> rates, ImmutableArray<CountLimit> quotas,
        ImmutableArray<RateLimit> ratesBefore, ImmutableArray<CountLimit> quotasBefore)
    {
        ImmutableArray<int> ofRates =
        [
            .. rates.Select(rate =>
                ClientState.IndexOf(ratesBefore, before => before.Name == rate.Name && before.Unit == rate.Unit)),
        ];
        ImmutableArray<int> ofQuotas =
            [.. quotas.Select(quota => ClientState.IndexOf(quotasBefore, before => before.Key == quota.Key))];
        return told => told.Under(ofRates, ofQuotas);
    }
}
