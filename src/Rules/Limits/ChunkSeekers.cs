namespace Sluice.Rules.Limits;

/// <summary>The edge sessions that lately asked for chunks of one client: they share its limits. One owner.</summary>
public sealed class ChunkSeekers
{
    /// <summary>A busy edge asks again at half of a chunk's time; who did not for so long is busy no more.</summary>
    private static readonly TimeSpan Memory = 2 * ChunkSize.Ttl;

    private readonly List<(long EdgeSession, TimeSpan Asked)> _sessions = [];

    /// <summary>How many there are, this one included; 1 or more.</summary>
    /// <param name="edgeSession">It asks now.</param>
    /// <param name="now">Owner's monotonic time.</param>
    public int CountWith(long edgeSession, TimeSpan now)
    {
        _sessions.RemoveAll(seeker => seeker.EdgeSession == edgeSession || now - seeker.Asked >= Memory);
        _sessions.Add((edgeSession, now));
        return _sessions.Count;
    }
}
