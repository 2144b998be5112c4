namespace Sluice.Rules.Limits;

/// <summary>How large a chunk is worth its while and safe.</summary>
public static class ChunkSize
{
    /// <summary>A chunk lasts an edge about this long at its current rate.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the owner waits for a chunk to come back.</summary>
    public static readonly TimeSpan Ttl = 2 * Span;

    /// <summary>Below this many requests, asking for each costs less than the chunk's upkeep.</summary>
    public const long RequestsMin = 16;

    private const int PartPerEdge = 4;
    private const int PartOut = 2;

    /// <summary>
    /// Tokens to grant of one rate: what the edge uses in <see cref="Span"/>, at most a quarter of the capacity shared
    /// by the edges, and in all no more out than half of it, so that an edge without a chunk still gets through.
    /// </summary>
    /// <param name="perSpan">Tokens that the edge asked for in the last <see cref="Span"/>; 0 or more.</param>
    /// <param name="least">Tokens that <see cref="RequestsMin"/> requests cost: less is not granted; 1 or more.</param>
    /// <param name="edges">Edges that ask for this client now; 1 or more.</param>
    /// <param name="bucket">The bucket, as of now.</param>
    /// <param name="limit">Its limit.</param>
    /// <returns>Whole tokens; 0 when the limit is too small for chunks or too much is out or spent.</returns>
    public static long Of(long perSpan, long least, int edges, TokenBucket bucket, BucketLimit limit)
    {
        var largest = limit.Capacity / (PartPerEdge * (long)edges);
        if (largest < least)
        {
            return 0;
        }

        var size = Math.Clamp(perSpan, least, largest);
        size = Math.Min(size, limit.Capacity / PartOut - bucket.Out);
        size = Math.Min(size, bucket.Remaining(limit));
        return size < least ? 0 : size;
    }
}
