namespace Sluice.Rules.Limits;

/// <summary>
/// The edge sessions that lately asked for chunks of one client, or clients that did for shares of their tenant: they
/// share its limits. One owner.
/// </summary>
/// <param name="ttl">How long a chunk lasts.</param>
public sealed class ChunkSeekers(TimeSpan ttl)
{
    /// <summary>A busy edge asks again at half of a chunk's time; who did not for so long is busy no more.</summary>
    private readonly TimeSpan _memory = 2 * ttl;

    private readonly List<(long EdgeSession, TimeSpan Asked)> _sessions = [];

    /// <summary>How many there are, this one included; 1 or more.</summary>
    /// <param name="edgeSession">It asks now.</param>
    /// <param name="now">Owner's monotonic time.</param>
    public int CountWith(long edgeSession, TimeSpan now)
    {
        _sessions.RemoveAll(seeker => seeker.EdgeSession == edgeSession || now - seeker.Asked >= _memory);
        _sessions.Add((edgeSession, now));
        return _sessions.Count;
    }
}
