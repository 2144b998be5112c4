namespace Sluice.Rules.Usage;

/// <summary>What the usage log knows of one edge session. Times are microseconds of the log's own clock.</summary>
/// <param name="EdgeSession">1 or more.</param>
/// <param name="Reports">The last parcel stored; 0 for none.</param>
/// <param name="CompleteThrough">All calls up to this sequence are in the log; 0 or more.</param>
/// <param name="LastSequence">The newest sequence when that parcel was made; 0 or more.</param>
/// <param name="IsClosed">True: the edge has ended and told everything.</param>
/// <param name="Dropped">Events that the edge could not keep; 0 or more.</param>
/// <param name="ReportedAt">When the last parcel was stored, or the session was opened.</param>
public readonly record struct UsageSession(
    long EdgeSession, long Reports, long CompleteThrough, long LastSequence, bool IsClosed, long Dropped,
    long ReportedAt);

/// <summary>Whether everything up to a moment is in the usage log.</summary>
public enum LogState
{
    /// <summary>Some edge has not told yet.</summary>
    Waiting,

    /// <summary>It is.</summary>
    Complete,

    /// <summary>Some edge is silent that may have run calls nobody else knows of: it may never be known.</summary>
    Lost,
}

/// <summary>
/// Finds out whether the usage log holds every call that was admitted before this began. No clocks of edges are
/// compared: an edge makes a report only when the one before is stored, so the second report stored from now on was
/// made after now, and all calls before it have ended once it is complete up to the newest of them.
/// </summary>
public sealed class LogCompleteness
{
    /// <summary>An edge that is silent for so long is not waited for.</summary>
    public static readonly TimeSpan SilentMax = TimeSpan.FromMinutes(2);

    // Per session that is waited for: the report from which on it speaks of now, and then the sequence it must reach.
    private readonly Dictionary<long, Awaited> _awaited = [];

    private readonly record struct Awaited(long Report, long? Through);

    /// <param name="sessions">The sessions of the log, as of now.</param>
    public LogCompleteness(IEnumerable<UsageSession> sessions)
    {
        foreach (var session in sessions)
        {
            if (!session.IsClosed)
            {
                _awaited[session.EdgeSession] = new Awaited(session.Reports + 2, null);
            }
        }
    }

    /// <summary>Sessions that have not told; as of the last look.</summary>
    public IReadOnlyCollection<long> Awaiting => _awaited.Keys;

    /// <summary>Looks again.</summary>
    /// <param name="sessions">The sessions of the log, by now.</param>
    /// <param name="knownUntil">
    /// Up to when an owner of the client was surely there that would have noticed an edge's death, and have written
    /// what was out at it; microseconds of the log's clock.
    /// </param>
    /// <param name="owing">Sessions of which such an owner does not know everything; they must tell themselves.</param>
    /// <param name="notices">How long it takes to notice.</param>
    /// <param name="now">The log's clock, in microseconds.</param>
    public LogState Look(
        IEnumerable<UsageSession> sessions, long knownUntil, IReadOnlySet<long> owing, TimeSpan notices, long now)
    {
        var isLost = false;
        foreach (var session in sessions)
        {
            if (!_awaited.TryGetValue(session.EdgeSession, out var awaited))
            {
                continue;
            }

            if (awaited.Through is null && session.Reports >= awaited.Report)
            {
                _awaited[session.EdgeSession] = awaited = awaited with { Through = session.LastSequence };
            }

            if (session.IsClosed
                || session.CompleteThrough >= awaited.Through
                || (session.ReportedAt + Microseconds(notices) < knownUntil && !owing.Contains(session.EdgeSession)))
            {
                _awaited.Remove(session.EdgeSession);
            }
            else
            {
                isLost |= session.ReportedAt + Microseconds(SilentMax) < now;
            }
        }

        return _awaited.Count == 0 ? LogState.Complete : isLost ? LogState.Lost : LogState.Waiting;
    }

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
