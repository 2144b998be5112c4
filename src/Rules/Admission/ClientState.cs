using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>
/// What a client has in use: one bucket per rate and one count per quota of its policy, by position. Its one owner
/// changes it in place, so that a decision allocates nothing; <see cref="Copy"/> is for who wants to keep it.
/// </summary>
public sealed record ClientState
{
    public required TokenBucket[] Buckets { get; init; }

    /// <summary>Of rates whose calls are settled by what they used; null for rates in requests.</summary>
    public required DebitHistory?[] Debits { get; init; }

    /// <summary>How far each rate is stored ahead; <see cref="RateCeiling.None"/> where nothing is stored.</summary>
    public required RateCeiling[] Ceilings { get; init; }

    public Chunks Chunks { get; init; } = new();

    public required Slots Slots { get; init; }

    public required Quota[] Quotas { get; init; }

    /// <summary>One per quota, in its unit: sizes what is reserved ahead.</summary>
    public required RecentUse[] RecentUse { get; init; }

    /// <summary>What limits on trial have counted, by position.</summary>
    public ShadowState[] Shadows { get; init; } = [];

    /// <summary>
    /// Counts of quotas that the policy does not have now, by key: a client that leaves a quota and comes back to it
    /// in the same period goes on where it was.
    /// </summary>
    public ImmutableDictionary<string, Quota> Dormant { get; init; } = ImmutableDictionary<string, Quota>.Empty;

    /// <summary>
    /// True: what it has in use is stored before it is used, so a rate that is new to it begins with nothing open.
    /// </summary>
    public bool IsStored { get; init; }

    /// <summary>
    /// A client that has used nothing but what was recovered of its quotas, by key; of those that the policy does not
    /// have now too.
    /// </summary>
    public static ClientState Begin(
        ClientPolicy policy, IReadOnlyDictionary<string, Quota> recovered, Moment now) => new()
        {
            Buckets = [.. policy.Rates.Select(rate => TokenBucket.Full(rate.Bucket, now.Elapsed))],
            Debits = [.. policy.Rates.Select(EmptyHistory)],
            Ceilings = [.. policy.Rates.Select(_ => RateCeiling.None)],
            Slots = new Slots(),
            Quotas = [.. policy.Quotas.Select(quota => recovered.TryGetValue(quota.Key, out var count)
                ? count.At(now.Utc, quota.Calendar)
                : EmptyQuota(quota, now))],
            RecentUse = [.. policy.Quotas.Select(_ => new RecentUse(now.Elapsed, 0, 0))],
            Shadows = [.. policy.Shadows.Select(shadow => ShadowState.Begin(shadow, now))],
            Dormant = recovered.ToImmutableDictionary().RemoveRange(policy.Quotas.Select(quota => quota.Key)),
        };

    public ClientState Copy() => this with
    {
        Buckets = [.. Buckets],
        Debits = [.. Debits.Select(debits => debits?.Copy())],
        Ceilings = [.. Ceilings],
        Chunks = Chunks.Copy(),
        Slots = Slots.Copy(),
        Quotas = [.. Quotas],
        RecentUse = [.. RecentUse],
        Shadows = [.. Shadows.Select(shadow => shadow.Copy())],
    };

    /// <summary>
    /// Brings the client to this moment: chunks that are over ended, buckets refilled, slots that nobody renewed taken
    /// back, periods turned.
    /// </summary>
    public void MoveTo(Moment now, ClientPolicy policy)
    {
        ChunkRules.EndOver(this, policy, now.Elapsed);
        for (var i = 0; i < Buckets.Length; i++)
        {
            Buckets[i] = Buckets[i].At(now.Elapsed, policy.Rates[i].Bucket);
            Ceilings[i] = Ceilings[i].At(now.Elapsed, policy.Rates[i].Bucket);
        }

        Slots.MoveTo(now.Elapsed);
        for (var i = 0; i < Quotas.Length; i++)
        {
            Quotas[i] = Quotas[i].At(now.Utc, policy.Quotas[i].Calendar);
        }
    }

    /// <summary>
    /// The same client under another policy. What is counted under a name and in a unit stays counted under it; a new
    /// rate begins full and a new quota with nothing used. Calls that run through a change of limits give nothing back:
    /// they took nothing of the new ones.
    /// </summary>
    public ClientState Under(ClientPolicy next, ClientPolicy before, Moment now)
    {
        var state = Copy();
        state.MoveTo(now, before);
        state = state with { Shadows = ShadowRules.Under(state.Shadows, next.Shadows, before.Shadows, now) };
        var sameLimits = next.Rates.SequenceEqual(before.Rates) && next.Quotas.SequenceEqual(before.Quotas);
        if (sameLimits)
        {
            return state;
        }

        state.Slots.ForbidRefunds(SettlementRules.Carried(next.Rates, next.Quotas, before.Rates, before.Quotas));
        var buckets = next.Rates.Select(rate =>
        {
            var old = IndexOf(before.Rates, other => other.Name == rate.Name && other.Unit == rate.Unit);
            return old < 0
                ? TokenBucket.Full(rate.Bucket, now.Elapsed)
                : state.Buckets[old].Under(rate.Bucket, before.Rates[old].Bucket);
        }).ToArray();
        return state with
        {
            Buckets = buckets,
            Debits = [.. next.Rates.Select(EmptyHistory)],
            Ceilings = [.. next.Rates.Select((rate, i) =>
            {
                var old = IndexOf(before.Rates, other => other.Name == rate.Name && other.Unit == rate.Unit);
                return (old >= 0 ? state.Ceilings[old]
                    : state.IsStored ? RateCeiling.Closed(buckets[i])
                    : RateCeiling.None).Under(buckets[i]);
            })],
            Chunks = AnonymousChunks(state.Chunks, buckets, next),
            Quotas = [.. next.Quotas.Select(quota =>
            {
                var old = IndexOf(before.Quotas, other => other.Key == quota.Key);
                return old >= 0 ? state.Quotas[old]
                    : state.Dormant.TryGetValue(quota.Key, out var dormant) ? dormant.At(now.Utc, quota.Calendar)
                    : EmptyQuota(quota, now);
            })],
            RecentUse = [.. next.Quotas.Select(quota =>
            {
                var old = IndexOf(before.Quotas, other => other.Key == quota.Key);
                return old < 0 ? new RecentUse(now.Elapsed, 0, 0) : state.RecentUse[old];
            })],
            Dormant = state.Dormant
                .SetItems(before.Quotas.Select((quota, i) => KeyValuePair.Create(quota.Key, state.Quotas[i])))
                .RemoveRange(next.Quotas.Select(quota => quota.Key)),
        };
    }

    /// <summary>Tokens that came back to a bucket do not open more than is stored.</summary>
    internal void Change(int i, TokenBucket bucket)
    {
        var returned = bucket.Credit - Buckets[i].Credit;
        Buckets[i] = bucket;
        if (returned > 0)
        {
            Ceilings[i] = Ceilings[i].WithReturned(returned);
        }
    }

    /// <summary>
    /// What is out stays out until the last chunk is over, and nothing of it comes back: its parts were those of other
    /// limits.
    /// </summary>
    private static Chunks AnonymousChunks(Chunks chunks, TokenBucket[] buckets, ClientPolicy policy)
    {
        var anonymous = new Chunks();
        if (buckets.Any(bucket => bucket.Out > 0))
        {
            var last = chunks.Out.Values.MaxBy(chunk => chunk.Deadline)!;
            anonymous.Add(last with
            {
                Id = new ChunkId(0, 0),
                Rates = [.. buckets.Select(bucket => bucket.Out)],
                Quotas = [.. policy.Quotas.Select(_ => 0L)],
            });
        }

        return anonymous;
    }

    private static DebitHistory? EmptyHistory(RateLimit rate) => Units.IsMetered(rate.Unit) ? new DebitHistory() : null;

    private static Quota EmptyQuota(CountLimit quota, Moment now) => new(quota.Calendar.PeriodOf(now.Utc), 0, 0);

    /// <summary>Where the first one stands that matches; -1 when none does.</summary>
    internal static int IndexOf<T>(ImmutableArray<T> items, Func<T, bool> matches)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (matches(items[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
