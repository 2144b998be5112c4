using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <param name="Name">The limit's name.</param>
/// <param name="Limit">The limit that the credit is counted in.</param>
/// <param name="Credit">As in <see cref="TokenBucket"/>: tokens × the period's ticks.</param>
/// <param name="Out">Tokens held by running calls; 0 or more.</param>
public readonly record struct RateInUse(string Name, BucketLimit Limit, long Credit, long Out);

/// <param name="RequestId">The call that holds the slot.</param>
/// <param name="Left">How long it stays taken unless it is renewed; longer than zero.</param>
/// <param name="AdmittedAgo">How long ago it was granted; null when its call gives nothing back.</param>
/// <param name="AdmittedUtc">When it was granted, for the month it counts in; nothing without the other.</param>
public readonly record struct SlotInUse(
    RequestId RequestId, TimeSpan Left, TimeSpan? AdmittedAgo, DateTimeOffset AdmittedUtc);

/// <summary>
/// What a client has in use, told by one owner to the next without any moment of the first one's clock. The next goes
/// on as if no time had passed in between: the clocks of two owners do not agree, and it is the strict side. Counts of
/// quotas are not in it, because they are stored.
/// </summary>
/// <param name="Rates">One per rate of the policy.</param>
/// <param name="Slots">One per slot that is taken.</param>
/// <param name="Quotas">The quotas of the policy: calls give something back only under the limits they took of.</param>
public sealed record HandOver(
    ImmutableArray<RateInUse> Rates, ImmutableArray<SlotInUse> Slots, ImmutableArray<CountLimit> Quotas)
{
    // Bounds what is computed with below; no lease is as long, and no call.
    private static readonly TimeSpan LengthMax = TimeSpan.FromDays(365);

    private const long CreditMax = 1L << 62;

    /// <summary>What the client leaves at this moment, expired slots and refilled rates taken into account.</summary>
    public static HandOver Of(ClientState client, ClientPolicy policy, Moment now)
    {
        client = client.At(now, policy);
        return new HandOver(
            [.. policy.Rates.Select((rate, i) =>
                new RateInUse(rate.Name, rate.Bucket, client.Buckets[i].Credit, client.Buckets[i].Out))],
            [.. client.Slots.Taken.Select(taken => new SlotInUse(
                taken.Key,
                taken.Value.Deadline - now.Elapsed,
                now.Elapsed - taken.Value.Admitted?.Elapsed,
                taken.Value.Admitted?.Utc ?? default))],
            policy.Quotas);
    }

    /// <summary>False: no client leaves that, whoever wrote it; the next owner begins without.</summary>
    public bool IsPossible =>
        Rates.All(static rate => rate.Limit is { Capacity: > 0, Refill: > 0 }
            && rate.Limit.Period > TimeSpan.Zero
            && (Int128)rate.Limit.Capacity * rate.Limit.Period.Ticks <= CreditMax
            && rate.Credit <= rate.Limit.Capacity * rate.Limit.Period.Ticks
            && rate.Credit >= -CreditMax / 2 // So that no sum with what refills overflows.
            && rate.Out >= 0
            && rate.Out <= CreditMax / 2 / rate.Limit.Period.Ticks)
        && Rates.DistinctBy(static rate => rate.Name).Count() == Rates.Length
        && Slots.All(static slot => slot.RequestId is { EdgeSession: > 0, Sequence: > 0 }
            && slot.Left > TimeSpan.Zero
            && slot.Left <= LengthMax
            && (slot.AdmittedAgo is not { } ago || (ago >= TimeSpan.Zero && ago <= LengthMax)));

    /// <summary>
    /// How the next owner goes on. A rate whose limit has changed meanwhile is changed as a change of plan does it; one
    /// that is new begins as it has begun, full; one that is gone is forgotten. Every slot stays taken for what was
    /// left of its time.
    /// </summary>
    /// <param name="begun">The client as it began without this, its quotas recovered.</param>
    /// <param name="policy">What it is admitted by now.</param>
    /// <param name="mayRefund">
    /// False: the quotas in <paramref name="begun"/> may not count these calls, so they give nothing back.
    /// </param>
    /// <param name="now">The next owner's moment.</param>
    /// <remarks>Requires <see cref="IsPossible"/>.</remarks>
    public ClientState GoOn(ClientState begun, ClientPolicy policy, bool mayRefund, Moment now)
    {
        var byName = Rates.ToImmutableDictionary(rate => rate.Name);
        var sameLimits = policy.Rates.SequenceEqual(Rates.Select(rate => new RateLimit(rate.Name, rate.Limit)))
            && policy.Quotas.SequenceEqual(Quotas);
        var slots = Slots.Aggregate(begun.Slots, (slots, slot) => slots.Take(
            slot.RequestId,
            new Slot(
                now.Elapsed + slot.Left,
                mayRefund && sameLimits && slot.AdmittedAgo is { } ago
                    ? new Moment(now.Elapsed - ago, slot.AdmittedUtc)
                    : null)));
        return begun with
        {
            Slots = slots,
            Buckets = [.. policy.Rates.Select((rate, i) => byName.TryGetValue(rate.Name, out var left)
                ? new TokenBucket(left.Credit, left.Out, now.Elapsed).Under(rate.Bucket, left.Limit)
                : begun.Buckets[i])],
        };
    }
}
