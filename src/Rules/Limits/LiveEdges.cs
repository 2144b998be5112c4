namespace Sluice.Rules.Limits;

/// <summary>
/// The edges that ask about one client. One that was silent for longer than a key counts as verified can admit nothing
/// by itself, so it has no part in what edges may spend without the owner.
/// </summary>
public sealed class LiveEdges
{
    /// <summary>A session that the table has no room for shares in what the others were told.</summary>
    public const int SessionsMax = 4_096;

    private readonly Dictionary<long, TimeSpan> _seen = [];
    private TimeSpan _earliest = TimeSpan.MaxValue;

    /// <summary>How many there are; at least 1.</summary>
    public int Count => Math.Max(1, _seen.Count);

    /// <summary>This session has asked; forgets those that were silent for too long.</summary>
    /// <param name="edgeSession">The edge session.</param>
    /// <param name="now">Owner's monotonic time; it never goes back.</param>
    public void Seen(long edgeSession, TimeSpan now)
    {
        if (_seen.Count < SessionsMax || _seen.ContainsKey(edgeSession))
        {
            _seen[edgeSession] = now;
        }

        _earliest = now < _earliest ? now : _earliest;
        if (now - _earliest <= DegradedPlan.VerifiedLongest)
        {
            return; // The usual case, on every request: nothing to look through.
        }

        foreach (var (session, at) in _seen)
        {
            if (now - at > DegradedPlan.VerifiedLongest)
            {
                _seen.Remove(session);
            }
        }

        _earliest = _seen.Count == 0 ? TimeSpan.MaxValue : _seen.Values.Min();
    }
}
