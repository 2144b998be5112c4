using System.Collections.Immutable;

namespace Sluice.Rules.Limits;

/// <param name="Unit">What is counted; null is requests.</param>
/// <param name="Granted">Tokens or units; 0 or more.</param>
public readonly record struct ChunkPart(string? Unit, long Granted);

/// <summary>What an edge has spent of a chunk, and tells when it returns it.</summary>
/// <param name="Id">The chunk.</param>
/// <param name="Spent">
/// Of each part, by position: 0 or more, and more than was granted where calls used more than they reserved.
/// </param>
public readonly record struct ChunkReturn(ChunkId Id, ImmutableArray<long> Spent);

/// <summary>
/// The edge's side of a chunk: spent without asking anyone, all parts of a call or none. It ends before the owner's
/// side does, though no clocks are compared: the edge counts its time from before it asked, the owner from after.
/// </summary>
public sealed class EdgeChunk
{
    private const int DriftPerMillion = 500;
    private static readonly TimeSpan MarginMin = TimeSpan.FromMilliseconds(1);

    private readonly ImmutableArray<ChunkPart> _parts;
    private readonly long[] _left;
    private readonly TimeSpan _ends;
    private bool _isReturned;

    /// <param name="id">As the owner named it.</param>
    /// <param name="parts">One for each of the owner's rates, then one for each of its quotas.</param>
    /// <param name="keyVersion">The key version whose calls it is for.</param>
    /// <param name="policyVersion">The policy under which it was granted.</param>
    /// <param name="asked">The edge's monotonic time before it sent the request that brought the chunk.</param>
    /// <param name="lifetime">The owner's time for it, less <see cref="MarginOf"/>.</param>
    public EdgeChunk(
        ChunkId id, ImmutableArray<ChunkPart> parts, int keyVersion, long policyVersion, TimeSpan asked,
        TimeSpan lifetime)
    {
        (Id, _parts, KeyVersion, PolicyVersion) = (id, parts, keyVersion, policyVersion);
        _left = [.. parts.Select(part => part.Granted)];
        _ends = asked + lifetime;
    }

    public ChunkId Id { get; }

    public int KeyVersion { get; }

    public long PolicyVersion { get; }

    /// <summary>How much less than the owner the edge waits: two clocks may differ by so much in that time.</summary>
    public static TimeSpan MarginOf(TimeSpan ttl) =>
        new TimeSpan(ttl.Ticks * DriftPerMillion / 1_000_000) + MarginMin;

    /// <summary>False: its time is over or it was returned, and nothing more is spent of it.</summary>
    public bool IsOpen(TimeSpan now) => !_isReturned && IsSurelyOut(now);

    /// <summary>
    /// Whether its owner surely still takes back what was told to it before this moment. Later it may have counted all
    /// of it as spent.
    /// </summary>
    public bool IsSurelyOut(TimeSpan now) => now < _ends;

    /// <summary>What is left of one part; 0 when it is not open.</summary>
    public long Left(int part, TimeSpan now) => IsOpen(now) ? Math.Max(0, _left[part]) : 0;

    /// <summary>
    /// Half of some part is spent, or half of the time is over: the next one should be asked for, so that it is there
    /// before this one is not.
    /// </summary>
    public bool IsLow(TimeSpan now, TimeSpan asked)
    {
        for (var i = 0; i < _left.Length; i++)
        {
            if (_parts[i].Granted > 0 && _left[i] <= _parts[i].Granted / 2)
            {
                return true;
            }
        }

        return now - asked >= (_ends - asked) / 2;
    }

    /// <summary>Takes what a call is expected to cost of every part, or nothing of any.</summary>
    /// <returns>Whether the call may proceed; if not, the owner is asked.</returns>
    public bool TrySpend(Costs costs, int keyVersion, TimeSpan now)
    {
        if (!IsOpen(now) || keyVersion != KeyVersion)
        {
            return false;
        }

        for (var i = 0; i < _left.Length; i++)
        {
            if (costs.Of(_parts[i].Unit) > Math.Max(0, _left[i]))
            {
                return false;
            }
        }

        for (var i = 0; i < _left.Length; i++)
        {
            _left[i] -= costs.Of(_parts[i].Unit);
        }

        return true;
    }

    /// <summary>
    /// A call that was admitted by this chunk used less or more than it took. The difference is the chunk's as long as
    /// it has not been returned: whatever calls use by then is no more than was granted, or told as spent beyond.
    /// </summary>
    /// <returns>False: it was returned, so nothing comes back and what goes beyond is the owner's to debit.</returns>
    public bool Settle(Costs reserved, Costs used)
    {
        for (var i = 0; !_isReturned && i < _left.Length; i++)
        {
            _left[i] += reserved.Of(_parts[i].Unit) - used.Of(_parts[i].Unit);
        }

        return !_isReturned;
    }

    /// <summary>A call that was admitted by this chunk never happened: others may spend what it took.</summary>
    /// <returns>False: the chunk was returned, and it counts as spent.</returns>
    public bool Undo(Costs costs)
    {
        for (var i = 0; !_isReturned && i < _left.Length; i++)
        {
            _left[i] += costs.Of(_parts[i].Unit);
        }

        return !_isReturned;
    }

    /// <summary>Ends it, on recall or because another took its place.</summary>
    /// <returns>What to tell the owner, who decides what it still takes back; null when it was told before.</returns>
    public ChunkReturn? Return()
    {
        if (_isReturned)
        {
            return null;
        }

        _isReturned = true;
        return new ChunkReturn(Id, [.. _parts.Select((part, i) => part.Granted - _left[i])]);
    }
}
