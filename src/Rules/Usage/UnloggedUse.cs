namespace Sluice.Rules.Usage;

/// <summary>
/// What edges told an owner that was used, and perhaps have not told the usage log yet: it is kept until the log has
/// it, or the edge is not heard of any more and the owner must log it in its place. One owner changes it in place.
/// </summary>
/// <param name="silence">An edge that has told the log nothing new for so long will tell no more.</param>
public sealed class UnloggedUse<T>(TimeSpan silence)
{
    private readonly Dictionary<long, OfEdge> _edges = [];

    private sealed class OfEdge
    {
        public readonly Queue<(long Parcel, T Item)> Calls = new();
        public readonly Queue<(long Through, T Item)> Chunks = new();
        public long Reports = -1;
        public TimeSpan? Since;

        public IEnumerable<T> Items => Calls.Select(call => call.Item).Concat(Chunks.Select(chunk => chunk.Item));
    }

    /// <summary>Things that are kept; 0 or more.</summary>
    public int Count { get; private set; }

    /// <summary>A call that has ended.</summary>
    /// <param name="edgeSession">Whose.</param>
    /// <param name="parcel">The parcel in which its edge tells the log of it, at the latest; 1 or more.</param>
    /// <param name="item">What the owner would log.</param>
    public void AddCall(long edgeSession, long parcel, T item)
    {
        EdgeOf(edgeSession).Calls.Enqueue((parcel, item));
        Count++;
    }

    /// <summary>A chunk that is spent no more, though calls that it admitted may run.</summary>
    /// <param name="edgeSession">Whose.</param>
    /// <param name="through">No call that it admitted has a greater sequence; 1 or more.</param>
    /// <param name="item">What the owner would log.</param>
    public void AddChunk(long edgeSession, long through, T item)
    {
        EdgeOf(edgeSession).Chunks.Enqueue((through, item));
        Count++;
    }

    /// <summary>Forgets the oldest of an edge.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryForget(long edgeSession)
    {
        if (!_edges.TryGetValue(edgeSession, out var edge) || !edge.Calls.TryDequeue(out _))
        {
            return false;
        }

        Count--;
        return true;
    }

    /// <summary>The log could not be read: how long edges were silent is not known any more.</summary>
    public void LookFailed()
    {
        foreach (var edge in _edges.Values)
        {
            edge.Since = null;
        }
    }

    /// <summary>Forgets what the log has by now.</summary>
    /// <param name="sessions">
    /// What the log knows of edges, perhaps from a while ago. A session that is not there has told everything.
    /// </param>
    /// <param name="now">The owner's monotonic time.</param>
    /// <returns>What is to be logged in place of edges that are not heard of any more; kept here no longer.</returns>
    public IReadOnlyList<T> Look(IEnumerable<UsageSession> sessions, TimeSpan now)
    {
        if (Count == 0)
        {
            return [];
        }

        var known = sessions.ToDictionary(session => session.EdgeSession);
        List<T> lost = [];
        foreach (var (edgeSession, edge) in _edges)
        {
            if (!known.TryGetValue(edgeSession, out var session) || session.IsClosed)
            {
                _edges.Remove(edgeSession); // Which a dictionary allows while it is walked.
                continue;
            }

            Forget(edge.Calls, session.Reports);
            Forget(edge.Chunks, session.CompleteThrough);
            if (edge.Calls.Count + edge.Chunks.Count == 0)
            {
                _edges.Remove(edgeSession);
            }
            else if (edge.Since is not { } since || session.Reports > edge.Reports)
            {
                (edge.Reports, edge.Since) = (session.Reports, now);
            }
            else if (now - since >= silence)
            {
                lost.AddRange(edge.Items);
                _edges.Remove(edgeSession);
            }
        }

        Count = _edges.Values.Sum(edge => edge.Calls.Count + edge.Chunks.Count);
        return lost;
    }

    /// <summary>All of it, to be logged by an owner that ends; it is kept here no longer.</summary>
    public IReadOnlyList<T> TakeAll()
    {
        List<T> all = [.. _edges.OrderBy(edge => edge.Key).SelectMany(edge => edge.Value.Items)];
        _edges.Clear();
        Count = 0;
        return all;
    }

    /// <summary>Whether something of that kind is kept.</summary>
    public bool Any(Func<T, bool> predicate) => _edges.Values.Any(edge => edge.Items.Any(predicate));

    private static void Forget(Queue<(long Needed, T Item)> queue, long told)
    {
        while (queue.TryPeek(out var first) && first.Needed <= told)
        {
            queue.Dequeue();
        }
    }

    private OfEdge EdgeOf(long edgeSession)
    {
        if (!_edges.TryGetValue(edgeSession, out var edge))
        {
            _edges[edgeSession] = edge = new OfEdge();
        }

        return edge;
    }
}
