using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Limits;
using Sluice.Rules.Revocations;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Unit.Grains.Clients;

/// <summary>
/// An edge as far as it remembers anything of keys: it spends chunks without asking, and hears of revocations late. Its
/// parts are the rules that edges go by.
/// </summary>
internal sealed class HistoryEdge(GrainWorld world, long session)
{
    /// <summary>How long after a version is over this edge may accept it, at most.</summary>
    public static readonly TimeSpan StaleMax = FeedView.SilenceMax + ChunkSize.Ttl;

    private const int Demand = 40;

    private EdgeChunk? _chunk;
    private byte[] _digest = [];
    private DecidedBy _decided;
    private TimeSpan _asked;
    private TimeSpan? _heardAt;
    private RevocationSet _revoked = RevocationSet.Empty;
    private long _lastSequence;

    /// <summary>Hears of all that was published up to now.</summary>
    public void Hear(TimeSpan now)
    {
        _revoked = new RevocationSet(world.Storage.Published);
        _heardAt = now;
    }

    /// <summary>A call with a key.</summary>
    /// <returns>What is answered, and whether the client's grain was asked.</returns>
    public (Verdict Verdict, bool WasAsked) Use(int version, string secret, TimeSpan now)
    {
        var digest = GrainWorld.DigestOf(secret);
        if (_heardAt is { } heard && now - heard <= FeedView.SilenceMax
            && _chunk is { } chunk
            && chunk.KeyVersion == version
            && _digest.AsSpan().SequenceEqual(digest)
            && _revoked.MayRemember(GrainWorld.ClientId, version, _decided)
            && chunk.TrySpend(default, version, now))
        {
            return (Verdict.Admitted, false);
        }

        _asked = now;
        var reply = world.AskTwice(new AdmitRequest
        {
            RequestId = new RequestId(session, ++_lastSequence),
            KeyVersion = version,
            SecretDigest = digest,
            Model = "m",
            ChunkDemand = Demand,
        });
        if (reply.Chunk is { Stamp: { } stamp } grant)
        {
            _chunk = new EdgeChunk(
                new ChunkId(session, grant.Number),
                [.. grant.Requests.Select(requests => new ChunkPart(null, requests))],
                version, grant.PlanVersion, _asked, grant.Lifetime);
            (_digest, _decided) = (digest, new DecidedBy(
                stamp.ClientChange, stamp.Tenant, stamp.TenantVersion, stamp.Plan, stamp.PlanVersion));
        }

        // Every edge compares what it is answered with what it has heard.
        return reply.Verdict is Verdict.Admitted
            && _revoked.Judge(GrainWorld.ClientId, version, reply.ClientChange) is Standing.KeyRevoked
                ? (Verdict.KeyRevoked, true)
                : (reply.Verdict, true);
    }
}
