using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Verdict = Sluice.Rules.Admission.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>Parts of a busy client's limits that its edges spend by themselves.</summary>
internal sealed partial class ClientGrain
{
    private readonly ChunkSeekers _chunkSeekers = new(ChunkSize.Ttl);
    private long _lastChunk;

    /// <summary>What the edge that asked for a request gets beside it; null for nothing.</summary>
    private ChunkGrant? GrantChunk(AdmitRequest request, Verdict verdict, Moment now)
    {
        if (request.ChunkDemand <= 0
            || verdict is not Verdict.Admitted
            || _plan is not { WithoutChunks: false } plan
            || _tenantPolicy is not null // Its tenant is asked for each call.
            || Claimed(request.Token?.Roles) is { IsByModelAlone: false }
            || !ChunkRules.CanBeGranted(_policy))
        {
            return null;
        }

        var session = request.RequestId.EdgeSession;
        var edges = _chunkSeekers.CountWith(session, now.Elapsed);
        var demand = new ChunkDemand(request.ChunkDemand, PerRequest: default, edges)
        {
            KeyVersion = request.KeyVersion,
        };
        if (ChunkRules.Grant(_client, new ChunkId(session, _lastChunk + 1), demand, _policy, now) is not { } chunk)
        {
            return null;
        }

        return new ChunkGrant
        {
            Number = ++_lastChunk,
            Requests = [.. chunk.Rates, .. chunk.Quotas],
            Lifetime = ChunkSize.Ttl - EdgeChunk.MarginOf(ChunkSize.Ttl),
            PlanVersion = plan.Version,
            Stamp = Stamp,
            OfAddress = _policy.Addresses is not null,
        };
    }

    private void TakeBack(ReturnedChunk[] returned, Moment now)
    {
        foreach (var one in returned)
        {
            var (session, number, spent) = one;

            // As many as were granted, or it is not what we granted: then its time ends it.
            var id = new ChunkId(session, number);
            if (_client.Chunks.Out.TryGetValue(id, out var chunk)
                && spent is not null
                && spent.Length == chunk.Rates.Length + chunk.Quotas.Length
                && spent.All(static requests => requests is >= 0 and <= LimitRules.AmountMax))
            {
                var before = CountsBefore(chunk.Granted, now);
                ChunkRules.Return(_client, new ChunkReturn(id, [.. spent]), _policy, now);
                NoteGivenBack(before);
                NoteSpent(chunk.KeyVersion, spent, now);
                NoteReturned(one, chunk, now);
            }
        }
    }
}
