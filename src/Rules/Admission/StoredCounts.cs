using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <param name="Rate">What was stored last.</param>
/// <param name="Since">How long ago at least, by the clock of where it is stored.</param>
public readonly record struct RateStored(StoredRate Rate, TimeSpan Since);

/// <summary>What an owner finds stored of a client when it begins.</summary>
/// <param name="Quotas">Counts by <see cref="CountLimit.Key"/>, of the period that they are counted in.</param>
/// <param name="Rates">Rates by <see cref="RateLimit.Key"/>.</param>
/// <param name="Slots">Slots of each edge session.</param>
public sealed record StoredCounts(
    IReadOnlyDictionary<string, Quota> Quotas,
    IReadOnlyDictionary<string, RateStored> Rates,
    IReadOnlyCollection<StoredSlots> Slots)
{
    /// <summary>How long ago at least an owner before stored something last; zero when that is not known.</summary>
    public TimeSpan SinceWritten { get; init; }

    /// <summary>How long what the owner before lent may be spent.</summary>
    public TimeSpan LentFor { get; init; } = ChunkSize.Ttl;

    /// <summary>
    /// The client as its owner begins with it: all that is stored counts as used, and nothing is open before more is
    /// stored. A rate of which nothing is stored begins full.
    /// </summary>
    /// <param name="policy">What it is admitted by now.</param>
    /// <param name="now">The owner's moment.</param>
    public ClientState Begin(ClientPolicy policy, Moment now)
    {
        var client = ClientState.Begin(policy, Quotas, now) with
        {
            IsStored = true,
            Slots = Rules.Limits.Slots.Recovering(
                Slots, now.Elapsed + OwnerLease.RecoveryTime(policy.SlotTtl, SinceWritten),
                hearsAll: policy.Concurrency.IsEmpty),
        };
        for (var i = 0; i < policy.Rates.Length; i++)
        {
            client.Ceilings[i] = RateCeiling.Closed(client.Buckets[i]);
            if (Rates.TryGetValue(policy.Rates[i].Key, out var stored) && stored.Rate.IsPossible)
            {
                var (bucket, ceiling) = RateCeiling.Recovered(stored.Rate, stored.Since, LentFor, now.Elapsed);
                client.Buckets[i] = bucket.Under(policy.Rates[i].Bucket, stored.Rate.Limit);
                client.Ceilings[i] = ceiling.Under(client.Buckets[i]);
            }
        }

        return client;
    }
}
