using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>What a client's calls have reserved lately of its tenant's limits.</summary>
/// <param name="Requests">Calls in the last <see cref="ShareRules.Span"/>; 0 or more.</param>
/// <param name="Rates">What they cost of each rate of the tenant, by position; 0 or more.</param>
/// <param name="Quotas">What they cost of each quota of the tenant, by position; 0 or more.</param>
/// <param name="Clients">Clients that ask for shares now; 1 or more.</param>
public sealed record ShareDemand(
    long Requests, ImmutableArray<long> Rates, ImmutableArray<long> Quotas, int Clients);

/// <summary>A call that was admitted by a share and runs on when the share ends.</summary>
/// <param name="RequestId">The call.</param>
/// <param name="Reserved">What it was expected to cost; all of it counts as spent of the share.</param>
public readonly record struct ShareCall(RequestId RequestId, Costs Reserved);

/// <summary>The end of a share, as its client tells it.</summary>
/// <param name="Number">The share's.</param>
/// <param name="Spent">
/// Of each part, by position: by calls that ended what they used, which may be more than was granted, and by those
/// that run on what they reserved.
/// </param>
/// <param name="Running">Those that run on: they are settled by themselves.</param>
public sealed record ShareReturn(long Number, ImmutableArray<long> Spent, ImmutableArray<ShareCall> Running);

/// <summary>
/// The tenant's side of shares. A share is a chunk of the tenant's limits that is lent to a client: out until it is
/// returned or its time is over, and as long as it is out it leaves no room to refill.
/// </summary>
public static class ShareRules
{
    /// <summary>A share lasts a client about this long at its current use.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the tenant waits for a share to come back. It is longer than an edge's chunk lasts, because the client
    /// decides on each call itself: no key or plan that has changed meanwhile is worth anything longer for it.
    /// </summary>
    public static readonly TimeSpan Ttl = 2 * Span;

    /// <summary>
    /// Whether clients may admit calls of such a tenant by shares: not where calls are counted at once, which are known
    /// one by one, nor as long as a limit is on trial, which would not hear of them.
    /// </summary>
    public static bool CanBeGranted(ClientPolicy limits) =>
        limits.Concurrency.IsEmpty && limits.Shadows.IsEmpty && limits.Rates.Length + limits.Quotas.Length > 0;

    /// <summary>
    /// Lends a client what it will need for a while of every limit that its calls cost anything of, or nothing of any:
    /// where a limit is too small for it, or too much is out, spent or not stored ahead.
    /// </summary>
    /// <returns>The share, which is out from now on; null when there is none, and nothing has changed.</returns>
    public static Chunk? Grant(ClientState tenant, ChunkId id, ShareDemand demand, ClientPolicy limits, Moment now)
    {
        tenant.MoveTo(now, limits);
        if (SizesOf(tenant, demand, limits) is not var (rates, quotas))
        {
            return null;
        }

        for (var i = 0; i < rates.Length; i++)
        {
            rates[i] = Math.Min(rates[i], tenant.Ceilings[i].Open(tenant.Buckets[i], limits.Rates[i].Bucket));
            if (rates[i] < LeastOf(demand.Rates[i], demand.Requests))
            {
                return null;
            }
        }

        var share = new Chunk(id, [.. rates], [.. quotas], now, now.Elapsed + Ttl);
        ChunkRules.Take(tenant, share, limits);
        for (var i = 0; i < quotas.Length; i++)
        {
            // What is stored ahead follows what is spent, though nobody asks for it one by one.
            tenant.RecentUse[i] = tenant.RecentUse[i].Add(quotas[i], now.Elapsed);
        }

        return share;
    }

    /// <summary>
    /// What of each rate to store ahead, by position, because such a share could be lent but for that; default when it
    /// could not. Quotas are stored ahead by their recent use, which is more.
    /// </summary>
    public static ImmutableArray<long> ToStore(ClientState tenant, ShareDemand demand, ClientPolicy limits) =>
        SizesOf(tenant, demand, limits) is var (rates, _) ? [.. rates] : default;

    /// <summary>
    /// A client returned a share: what was not spent comes back, and the calls that run on are known from now on, as if
    /// they had been asked for one by one at this moment. Of a share that is over or was never granted here nothing
    /// comes back; its calls can be charged for what they use beyond their reservation, and give nothing back either.
    /// </summary>
    /// <returns>Whether it was out.</returns>
    public static bool Return(
        ClientState tenant, ChunkId id, ShareReturn returned, ClientPolicy limits, Moment now)
    {
        tenant.MoveTo(now, limits);
        DateTimeOffset? granted = null;
        if (returned.Spent.Length == limits.Rates.Length + limits.Quotas.Length
            && tenant.Chunks.Out.TryGetValue(id, out var share))
        {
            granted = share.Granted.Utc;
            ChunkRules.Return(tenant, new ChunkReturn(id, returned.Spent), limits, now);
        }

        foreach (var (requestId, reserved) in returned.Running)
        {
            if (!tenant.Slots.Taken.ContainsKey(requestId))
            {
                // What it reserved left the rates just now, and the quotas in the period of the grant.
                Moment? admitted = granted is { } utc ? new Moment(now.Elapsed, utc) : null;
                tenant.Slots.Take(requestId, new Slot(now.Elapsed + limits.SlotTtl, admitted, reserved));
            }
        }

        return granted is not null;
    }

    /// <summary>What a share has of each limit, whatever is stored of rates; null when there is none.</summary>
    private static (long[] Rates, long[] Quotas)? SizesOf(ClientState tenant, ShareDemand demand, ClientPolicy limits)
    {
        if (!CanBeGranted(limits)
            || demand.Requests < ChunkSize.RequestsMin
            || demand.Rates.Length != limits.Rates.Length
            || demand.Quotas.Length != limits.Quotas.Length)
        {
            return null;
        }

        var rates = new long[limits.Rates.Length];
        for (var i = 0; i < rates.Length; i++)
        {
            var least = LeastOf(demand.Rates[i], demand.Requests);
            rates[i] = least == 0 ? 0 : ChunkSize.Of(
                demand.Rates[i], least, demand.Clients, tenant.Buckets[i], limits.Rates[i].Bucket);
            if (rates[i] < least)
            {
                return null;
            }
        }

        var quotas = new long[limits.Quotas.Length];
        for (var i = 0; i < quotas.Length; i++)
        {
            var (wanted, stored) = (demand.Quotas[i], Math.Min(tenant.Quotas[i].Reserved, limits.Quotas[i].Amount));
            quotas[i] = wanted == 0 ? 0 : Math.Min(wanted, stored - tenant.Quotas[i].Used);
            if (quotas[i] < LeastOf(wanted, demand.Requests))
            {
                return null;
            }
        }

        return (rates, quotas);
    }

    /// <summary>What so few calls that a share is not worth its while cost on the average, rounded up.</summary>
    private static long LeastOf(long wanted, long requests) =>
        (long)(((Int128)wanted * ChunkSize.RequestsMin + requests - 1) / requests);
}
