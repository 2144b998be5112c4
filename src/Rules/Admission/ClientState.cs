using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>What a client has in use: one bucket per rate and one count per quota of its policy, by position.</summary>
public sealed record ClientState(
    ImmutableArray<TokenBucket> Buckets, Slots Slots, ImmutableArray<Quota> Quotas, RecentUse RecentUse)
{
    /// <summary>
    /// Counts of quotas that the policy does not have now, by name: a client that leaves a quota and comes back to it
    /// in the same month goes on where it was.
    /// </summary>
    public ImmutableDictionary<string, Quota> Dormant { get; init; } = ImmutableDictionary<string, Quota>.Empty;

    /// <summary>
    /// A client that has used nothing but what was recovered of its quotas, by name; of those that the policy does not
    /// have now too.
    /// </summary>
    public static ClientState Begin(
        ClientPolicy policy, IReadOnlyDictionary<string, Quota> recovered, Moment now) => new(
        [.. policy.Rates.Select(rate => TokenBucket.Full(rate.Bucket, now.Elapsed))],
        Slots.AllFree,
        [.. policy.Quotas.Select(quota => recovered.GetValueOrDefault(quota.Name, EmptyQuota(now)))],
        new RecentUse(now.Elapsed, 0, 0))
    {
        Dormant = recovered.ToImmutableDictionary().RemoveRange(policy.Quotas.Select(quota => quota.Name)),
    };

    /// <summary>
    /// The client at this moment: buckets refilled, slots that nobody renewed taken back, months turned.
    /// </summary>
    public ClientState At(Moment now, ClientPolicy policy) => this with
    {
        Buckets = Map(
            Buckets,
            (now.Elapsed, policy.Rates),
            static (bucket, i, with) => bucket.At(with.Elapsed, with.Rates[i].Bucket)),
        Slots = Slots.At(now.Elapsed),
        Quotas = Map(Quotas, now.Utc, static (quota, _, utc) => quota.At(utc)),
    };

    /// <summary>
    /// The same client under another policy. What is counted under a name stays counted under it; a new rate begins
    /// full and a new quota with nothing used. Calls that run through a change of limits give nothing back: they took
    /// nothing of the new ones.
    /// </summary>
    public ClientState Under(ClientPolicy next, ClientPolicy before, Moment now)
    {
        var state = At(now, before);
        var sameLimits = next.Rates.SequenceEqual(before.Rates) && next.Quotas.SequenceEqual(before.Quotas);
        return state with
        {
            Slots = sameLimits ? state.Slots : state.Slots.WithoutRefunds(),
            Buckets = [.. next.Rates.Select(rate =>
            {
                var old = IndexOf(before.Rates, other => other.Name == rate.Name);
                return old < 0
                    ? TokenBucket.Full(rate.Bucket, now.Elapsed)
                    : state.Buckets[old].Under(rate.Bucket, before.Rates[old].Bucket);
            })],
            Quotas = [.. next.Quotas.Select(quota =>
            {
                var old = IndexOf(before.Quotas, other => other.Name == quota.Name);
                return old >= 0
                    ? state.Quotas[old]
                    : state.Dormant.TryGetValue(quota.Name, out var dormant) ? dormant.At(now.Utc) : EmptyQuota(now);
            })],
            Dormant = state.Dormant
                .SetItems(before.Quotas.Select((quota, i) => KeyValuePair.Create(quota.Name, state.Quotas[i])))
                .RemoveRange(next.Quotas.Select(quota => quota.Name)),
        };
    }

    private static Quota EmptyQuota(Moment now) => new(QuotaPeriod.MonthOf(now.Utc), 0, 0);

    private static int IndexOf<T>(ImmutableArray<T> items, Func<T, bool> matches)
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

    /// <summary>Each item changed; an array for the changed ones, and nothing else, is allocated.</summary>
    internal static ImmutableArray<T> Map<T, TWith>(ImmutableArray<T> items, TWith with, Func<T, int, TWith, T> change)
    {
        if (items.IsEmpty)
        {
            return items;
        }

        var changed = new T[items.Length];
        for (var i = 0; i < changed.Length; i++)
        {
            changed[i] = change(items[i], i, with);
        }

        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(changed);
    }
}
