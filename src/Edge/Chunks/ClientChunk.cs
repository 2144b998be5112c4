using System.Security.Cryptography;
using Sluice.Edge.Calls;
using Sluice.Edge.Revocations;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Limits;
using Sluice.Rules.Revocations;

namespace Sluice.Edge.Chunks;

/// <summary>How busy one client is at this edge, and the chunk it has, if any. Locked by whoever uses it.</summary>
internal sealed class ClientChunk
{
    /// <summary>How long a client is remembered that does not call.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(1);

    private EdgeChunk? _chunk;
    private AdmitReply _granted;
    private DecidedBy _decided;
    private TimeSpan _asked;
    private TimeSpan _used;
    private byte[] _secretDigest = [];
    private string _model = "";
    private UInt128? _address;
    private RecentUse _recent;
    private bool _isAsking;

    /// <summary>Nobody spends or asks any more: whoever still has it takes another.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>Counts the call, and admits it by what is left of the chunk.</summary>
    /// <returns>The decision; null when the owner is to be asked.</returns>
    public AdmitReply? TryAdmit(ModelCall call, TimeSpan now)
    {
        _recent = _recent.Add(1, now, ChunkSize.Span);
        _used = now;
        if (_chunk is not { } chunk
            || (!_isAsking && chunk.IsLow(now, _asked)) // This one asks for the next chunk.
            || !IsOf(call)
            || !chunk.TrySpend(default, call.Caller.KeyVersion, now))
        {
            return null;
        }

        call.SpentOf = new SpentChunk(this, chunk);
        var requests = _granted.Requests;
        _granted = _granted with { Requests = requests with { Remaining = Math.Max(0, requests.Remaining - 1) } };
        return _granted;
    }

    /// <summary>Requests to name when the owner is asked; 0 when no chunk is wanted, or another call asks.</summary>
    /// <param name="least">Requests in <see cref="ChunkSize.Span"/> from which on a chunk is wanted.</param>
    /// <param name="now">Edge's monotonic time.</param>
    public long Ask(long least, TimeSpan now)
    {
        if (_isAsking || _recent.PerSpan < least || (_chunk is { } chunk && !chunk.IsLow(now, _asked)))
        {
            return 0;
        }

        _isAsking = true;
        return _recent.PerSpan;
    }

    /// <summary>Who asked for a chunk has an answer, or will have none.</summary>
    /// <param name="call">The call that asked.</param>
    /// <param name="asked">Edge's monotonic time before it was asked.</param>
    /// <param name="reply">The owner's answer; null for none.</param>
    /// <returns>The chunk before, to be told; null when it goes on, or there was none.</returns>
    public EndedChunk? Answered(ModelCall call, TimeSpan asked, AdmitReply? reply)
    {
        _isAsking = false;
        if (reply is not { Chunk: { } grant } granted)
        {
            return null;
        }

        var before = End();
        _chunk = new EdgeChunk(
            new ChunkId(call.RequestId.EdgeSession, grant.Number),
            [.. grant.Requests.Select(requests => new ChunkPart(null, requests))],
            call.Caller.KeyVersion, grant.PlanVersion, asked, grant.Lifetime);
        (_asked, _secretDigest, _model) = (asked, call.Caller.SecretDigest, call.Body.Model);
        _address = grant.OfAddress ? call.ClientAddress : null;
        _decided = grant.Stamp.ToRule();
        _granted = granted with { Chunk = null, CompleteWithin = TimeSpan.Zero, Degraded = null };
        return before;
    }

    /// <summary>
    /// Whether the chunk was granted for calls with this key to this model, and from there if that matters.
    /// </summary>
    public bool IsOf(ModelCall call) =>
        call.Body.Model == _model
        && (_address is not { } address || address == call.ClientAddress)
        && CryptographicOperations.FixedTimeEquals(call.Caller.SecretDigest, _secretDigest);

    /// <summary>Ends the chunk.</summary>
    /// <returns>What to tell its owner; null when there is none.</returns>
    public EndedChunk? End()
    {
        var ended = _chunk?.Return() is { } spent
            ? new EndedChunk(_chunk, new ReturnedChunk(spent.Id.EdgeSession, spent.Id.Number, [.. spent.Spent]))
            : (EndedChunk?)null;
        _chunk = null;
        return ended;
    }

    /// <summary>Ends the chunk if it was granted before a change that it does not outlive.</summary>
    public EndedChunk? EndIfRecalled(string clientId, RevocationFeed feed) =>
        _chunk is { } chunk && !feed.MayRemember(clientId, chunk.KeyVersion, _decided) ? End() : null;

    /// <summary>
    /// Ends the chunk when its client calls no more or none was asked for in its place, while its owner still takes
    /// back what is left of it.
    /// </summary>
    public EndedChunk? EndIfIdle(TimeSpan idle, TimeSpan now) =>
        now - _used >= idle || now - _asked >= ChunkSize.Ttl * 3 / 4 ? End() : null;

    /// <summary>Removes it when its client has not called for a while.</summary>
    public bool TryRemove(TimeSpan now) =>
        IsRemoved = IsRemoved || (_chunk is null && !_isAsking && now - _used >= Memory);
}

/// <summary>A chunk that is spent no more, to be told to its owner.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Returned">What is told.</param>
internal readonly record struct EndedChunk(EdgeChunk Chunk, ReturnedChunk Returned);

/// <summary>What a call was admitted by, when the edge admitted it by itself.</summary>
/// <param name="Client">Whose it is; to be locked.</param>
/// <param name="Chunk">The chunk.</param>
internal readonly record struct SpentChunk(ClientChunk Client, EdgeChunk Chunk)
{
    /// <summary>The call never reached a pool: another may have what it took.</summary>
    public void Undo()
    {
        lock (Client)
        {
            Chunk.Undo(default);
        }
    }
}
