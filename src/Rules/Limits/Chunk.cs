using System.Collections.Immutable;

namespace Sluice.Rules.Limits;

/// <param name="EdgeSession">Whom it was granted to; 0 for what may still be spent by who was there before.</param>
/// <param name="Number">Counted by the owner, never used twice in a session.</param>
public readonly record struct ChunkId(long EdgeSession, long Number);

/// <summary>
/// A part of a client's limits that an edge may spend by itself. It is out until it is returned or its time is over; a
/// bucket refills no further than what is out leaves room for, so it does not matter when the edge spends it.
/// </summary>
/// <param name="Id">Names it in a return and a recall.</param>
/// <param name="Rates">Tokens of each rate of the policy, by position; 0 or more.</param>
/// <param name="Quotas">Units of each quota of the policy, by position; 0 or more.</param>
/// <param name="Granted">When, on the owner's clocks: the quotas' periods are those of this moment.</param>
/// <param name="Deadline">Owner's monotonic time from which nothing comes back any more.</param>
public sealed record Chunk(
    ChunkId Id, ImmutableArray<long> Rates, ImmutableArray<long> Quotas, Moment Granted, TimeSpan Deadline)
{
    /// <summary>The key version that its calls are made with; 0 when that is not known.</summary>
    public int KeyVersion { get; init; }
}

/// <summary>The chunks of one client that are out. One owner changes it in place.</summary>
public sealed class Chunks
{
    private readonly Dictionary<ChunkId, Chunk> _out;

    public Chunks() => _out = [];

    private Chunks(Chunks from) =>
        (_out, EarliestDeadline, Lost) = (new(from._out), from.EarliestDeadline, from.Lost);

    /// <summary>Hears of chunks that were not returned in time; null when nobody wants to know.</summary>
    public LostUse? Lost { get; set; }

    public IReadOnlyDictionary<ChunkId, Chunk> Out => _out;

    /// <summary>No deadline is before this; <see cref="TimeSpan.MaxValue"/> when nothing is out.</summary>
    public TimeSpan EarliestDeadline { get; private set; } = TimeSpan.MaxValue;

    public Chunks Copy() => new(this);

    public void Add(Chunk chunk)
    {
        _out.Add(chunk.Id, chunk);
        EarliestDeadline = chunk.Deadline < EarliestDeadline ? chunk.Deadline : EarliestDeadline;
    }

    /// <summary>The chunk, which is out no more; null when it was not: it was returned before, or is over.</summary>
    public Chunk? Remove(ChunkId id)
    {
        if (!_out.Remove(id, out var chunk))
        {
            return null;
        }

        EarliestDeadline = _out.Count == 0 ? TimeSpan.MaxValue : _out.Values.Min(other => other.Deadline);
        return chunk;
    }

    /// <summary>The chunk that is over first, if it is over by now, and is out no more; null when none is.</summary>
    public Chunk? RemoveFirstOver(TimeSpan now)
    {
        if (now < EarliestDeadline)
        {
            return null; // The usual case, on every request: nothing to look through.
        }

        var over = Remove(_out.Values.MinBy(chunk => (chunk.Deadline, chunk.Id.EdgeSession, chunk.Id.Number))!.Id);
        Lost?.Add(over!);
        return over;
    }
}
