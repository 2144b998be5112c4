using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <param name="RequestsPerSpan">Requests of the edge in the last <see cref="ChunkSize.Span"/>; 0 or more.</param>
/// <param name="PerRequest">What one of them is expected to cost.</param>
/// <param name="Edges">Edges that ask for this client now; 1 or more.</param>
public readonly record struct ChunkDemand(long RequestsPerSpan, Costs PerRequest, int Edges)
{
    /// <summary>The key version that its calls are made with; 0 when that is not said.</summary>
    public int KeyVersion { get; init; }
}

/// <summary>The owner's side of chunks: what it grants, takes back and stops waiting for.</summary>
public static class ChunkRules
{
    /// <summary>
    /// Whether edges may admit calls of such a client by themselves: where each call costs one request and nothing
    /// else. Calls that are counted at once, or are settled by what they use, are known to the owner one by one; so are
    /// all as long as a limit is on trial, which would not hear of the others, and where a limit counts some calls only
    /// or a role asks for more than the model.
    /// </summary>
    public static bool CanBeGranted(ClientPolicy policy) =>
        policy.Concurrency.IsEmpty
        && policy.Shadows.IsEmpty
        && !policy.HasScopes
        && policy.Calls?.IsByModelAlone is not false
        && policy.Rates.Length + policy.Quotas.Length > 0
        && !policy.Rates.Any(static rate => Units.IsMetered(rate.Unit))
        && !policy.Quotas.Any(static quota => Units.IsMetered(quota.Unit));

    /// <summary>
    /// Grants an edge what it will need for a while: as many requests as every limit has room for, with what they cost
    /// of each. Nothing is granted where a limit is too small for chunks, nor what is not stored ahead, nor to clients
    /// with a limit on calls at once, which are counted one by one.
    /// </summary>
    /// <returns>The chunk, which is out from now on; null when there is none, and nothing has changed.</returns>
    public static Chunk? Grant(ClientState client, ChunkId id, ChunkDemand demand, ClientPolicy policy, Moment now)
    {
        client.MoveTo(now, policy);
        var requests = policy.Concurrency.IsEmpty ? Math.Max(demand.RequestsPerSpan, ChunkSize.RequestsMin) : 0;
        for (var i = 0; i < policy.Rates.Length; i++)
        {
            var limit = policy.Rates[i].Bucket;
            if (policy.Rates[i].CostOf(demand.PerRequest) is var cost and > 0)
            {
                var size = ChunkSize.Of(
                    Product(requests, cost), Product(ChunkSize.RequestsMin, cost), demand.Edges, client.Buckets[i],
                    limit);
                size = Math.Min(size, client.Ceilings[i].Open(client.Buckets[i], limit));
                requests = Math.Min(requests, size / cost);
            }
        }

        for (var i = 0; i < policy.Quotas.Length; i++)
        {
            if (policy.Quotas[i].CostOf(demand.PerRequest) is var cost and > 0)
            {
                var stored = Math.Min(client.Quotas[i].Reserved, policy.Quotas[i].Amount);
                requests = Math.Min(requests, (stored - client.Quotas[i].Used) / cost);
            }
        }

        if (requests < ChunkSize.RequestsMin)
        {
            return null;
        }

        var chunk = new Chunk(
            id,
            [.. policy.Rates.Select(rate => requests * rate.CostOf(demand.PerRequest))],
            [.. policy.Quotas.Select(quota => requests * quota.CostOf(demand.PerRequest))],
            now,
            now.Elapsed + ChunkSize.Ttl)
        {
            KeyVersion = demand.KeyVersion,
        };
        Take(client, chunk, policy);
        for (var i = 0; i < policy.Quotas.Length; i++)
        {
            // What is stored ahead follows what is spent, though nobody asks for it one by one.
            client.RecentUse[i] = client.RecentUse[i].Add(chunk.Quotas[i], now.Elapsed);
        }

        return chunk;
    }

    /// <summary>Puts a chunk out; the client is at the moment of its grant, and every part is there.</summary>
    public static void Take(ClientState client, Chunk chunk, ClientPolicy policy)
    {
        for (var i = 0; i < client.Buckets.Length; i++)
        {
            client.Buckets[i] = client.Buckets[i].Reserve(chunk.Rates[i], policy.Rates[i].Bucket);
        }

        for (var i = 0; i < client.Quotas.Length; i++)
        {
            client.Quotas[i] = client.Quotas[i].Take(chunk.Quotas[i]);
        }

        client.Chunks.Add(chunk);
    }

    /// <summary>
    /// An edge returned a chunk: what it did not spend comes back, what it spent beyond is a debt. One that was
    /// returned before, or whose time is over, gives nothing.
    /// </summary>
    /// <returns>Whether it was out.</returns>
    public static bool Return(ClientState client, ChunkReturn returned, ClientPolicy policy, Moment now)
    {
        client.MoveTo(now, policy);
        if (client.Chunks.Remove(returned.Id) is not { } chunk)
        {
            return false;
        }

        Settle(client, chunk, returned.Spent, policy);
        for (var i = 0; i < client.Quotas.Length; i++)
        {
            var unused = chunk.Quotas[i] - returned.Spent[chunk.Rates.Length + i];
            client.Quotas[i] = client.Quotas[i].Refund(unused, chunk.Granted.Utc, policy.Quotas[i].Calendar);
        }

        return true;
    }

    /// <summary>Chunks that are over by now, each at its own time: a bucket refills further from then on.</summary>
    internal static void EndOver(ClientState client, ClientPolicy policy, TimeSpan now)
    {
        while (client.Chunks.RemoveFirstOver(now) is { } chunk)
        {
            for (var i = 0; i < client.Buckets.Length; i++)
            {
                client.Buckets[i] = client.Buckets[i].At(chunk.Deadline, policy.Rates[i].Bucket);
                client.Ceilings[i] = client.Ceilings[i].At(chunk.Deadline, policy.Rates[i].Bucket);
            }

            Settle(client, chunk, chunk.Rates, policy);
        }
    }

    private static void Settle(ClientState client, Chunk chunk, ImmutableArray<long> spent, ClientPolicy policy)
    {
        for (var i = 0; i < client.Buckets.Length; i++)
        {
            var (bucket, limit) = (client.Buckets[i], policy.Rates[i].Bucket);
            client.Change(i, client.Debits[i]?.SettleOut(bucket, chunk.Rates[i], spent[i], limit)
                ?? bucket.Settle(chunk.Rates[i], spent[i], limit));
        }
    }

    private static long Product(long requests, long cost) =>
        (long)Int128.Min((Int128)requests * cost, LimitRules.AmountMax);
}
