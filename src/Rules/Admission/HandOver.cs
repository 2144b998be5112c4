using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <param name="Name">The limit's name.</param>
/// <param name="Limit">The limit that the credit is counted in.</param>
/// <param name="Credit">As in <see cref="TokenBucket"/>: tokens × the period's ticks.</param>
/// <param name="Out">Tokens held by chunks; 0 or more.</param>
/// <param name="Unit">What the tokens are; null is requests.</param>
public readonly record struct RateInUse(string Name, BucketLimit Limit, long Credit, long Out, string? Unit = null)
{
    /// <summary>Which calls it counts; null is all.</summary>
    public LimitScope? Scope { get; init; }
}

/// <param name="RequestId">The call that holds the slot.</param>
/// <param name="Left">How long it stays taken unless it is renewed; longer than zero.</param>
/// <param name="AdmittedAgo">How long ago it was granted; null when its call gives nothing back.</param>
/// <param name="AdmittedUtc">When it was granted, for the period it counts in; nothing without the other.</param>
/// <param name="Reserved">What its call was expected to cost.</param>
public readonly record struct SlotInUse(
    RequestId RequestId, TimeSpan Left, TimeSpan? AdmittedAgo, DateTimeOffset AdmittedUtc, Costs Reserved = default)
{
    /// <summary>What its call was told to have used beyond; its moment is one of the owner that told it.</summary>
    public ToldUse? Told { get; init; }
}

/// <summary>
/// What a client has in use, told by one owner to the next without any moment of the first one's clock. The next goes
/// on as if no time had passed in between: the clocks of two owners do not agree, and it is the strict side. Counts of
/// quotas are not in it, because they are stored.
/// </summary>
/// <param name="Rates">One per rate of the policy.</param>
/// <param name="Slots">One per slot that is taken.</param>
/// <param name="Quotas">The quotas of the policy: calls give something back only under the limits they took of.</param>
/// <param name="OutFor">How long chunks may still be spent; zero when none is out.</param>
/// <param name="IsUnheard">True: edges may hold slots of which it was not told yet.</param>
public sealed record HandOver(
    ImmutableArray<RateInUse> Rates, ImmutableArray<SlotInUse> Slots, ImmutableArray<CountLimit> Quotas,
    TimeSpan OutFor = default, bool IsUnheard = false)
{
    // Bounds what is computed with below; no lease is as long, and no call.
    private static readonly TimeSpan LengthMax = TimeSpan.FromDays(365);

    private const long CreditMax = 1L << 62;

    /// <summary>What the client leaves at this moment, expired slots and refilled rates taken into account.</summary>
    public static HandOver Of(ClientState client, ClientPolicy policy, Moment now)
    {
        client.MoveTo(now, policy);
        return new HandOver(
            [.. policy.Rates.Select((rate, i) =>
                new RateInUse(
                    rate.Name, rate.Bucket, client.Buckets[i].Credit, client.Buckets[i].Out, rate.Unit)
                {
                    Scope = rate.Scope,
                })],
            [.. client.Slots.Taken.Select(taken => new SlotInUse(
                taken.Key,
                taken.Value.Deadline - now.Elapsed,
                now.Elapsed - taken.Value.Admitted?.Elapsed,
                taken.Value.Admitted?.Utc ?? default,
                taken.Value.Reserved)
            {
                Told = taken.Value.Told,
            })],
            policy.Quotas,
            client.Chunks.Out.Count == 0 ? TimeSpan.Zero : client.Chunks.Out.Values.Max(c => c.Deadline) - now.Elapsed,
            client.Slots.Unheard > 0);
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
        && OutFor >= TimeSpan.Zero
        && OutFor <= LengthMax
        && Rates.DistinctBy(static rate => rate.Name).Count() == Rates.Length
        && Slots.All(slot => slot.RequestId is { EdgeSession: > 0, Sequence: > 0 }
            && slot.Left > TimeSpan.Zero
            && slot.Left <= LengthMax
            && slot.Reserved.IsPossible
            && IsPossibleUse(slot.Told)
            && (slot.AdmittedAgo is not { } ago || (ago >= TimeSpan.Zero && ago <= LengthMax)));

    private bool IsPossibleUse(ToldUse? told) => told is null
        || (new Costs(told.InputTokens, told.OutputTokens).IsPossible
            && told.Rates.Length == Rates.Length
            && told.Quotas.Length == Quotas.Length
            && told.Rates.AddRange(told.Quotas).All(static beyond =>
                beyond.Kept is >= 0 and <= LimitRules.AmountMax && beyond.Open is >= 0 and <= LimitRules.AmountMax));

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
        ImmutableArray<RateLimit> rates =
            [.. Rates.Select(rate => new RateLimit(rate.Name, rate.Limit, rate.Unit) { Scope = rate.Scope })];
        var sameLimits = policy.Rates.SequenceEqual(rates)
            && policy.Quotas.SequenceEqual(Quotas);
        var carried = SettlementRules.Carried(policy.Rates, policy.Quotas, rates, Quotas);
        var slots = IsUnheard ? begun.Slots.Copy() : begun.Slots.AllHeard();
        foreach (var slot in Slots)
        {
            Moment? admitted = mayRefund && sameLimits && slot.AdmittedAgo is { } ago
                ? new Moment(now.Elapsed - ago, slot.AdmittedUtc)
                : null;
            slots.Take(slot.RequestId, new Slot(now.Elapsed + slot.Left, admitted, slot.Reserved)
            {
                Told = slot.Told is { } told ? carried(told) with { At = now.Elapsed } : null,
            });
        }

        TokenBucket[] buckets =
        [
            .. policy.Rates.Select((rate, i) => byName.TryGetValue(rate.Name, out var left) && left.Unit == rate.Unit
                ? new TokenBucket(left.Credit, left.Out, now.Elapsed).Under(rate.Bucket, left.Limit)
                : begun.Buckets[i]),
        ];
        var chunks = new Chunks();
        if (buckets.Any(bucket => bucket.Out > 0))
        {
            // Their edges may go on spending them; what they return finds nobody, and is lost.
            var held = ImmutableArray.CreateRange(buckets.Select(bucket => bucket.Out));
            var none = ImmutableArray.CreateRange(policy.Quotas.Select(_ => 0L));
            chunks.Add(new Chunk(new ChunkId(0, 0), held, none, now, now.Elapsed + OutFor));
        }

        return begun with
        {
            Slots = slots,
            Chunks = chunks,
            Buckets = buckets,
            Ceilings = [.. begun.Ceilings.Select((ceiling, i) => ceiling.Under(buckets[i]))],
        };
    }
}
