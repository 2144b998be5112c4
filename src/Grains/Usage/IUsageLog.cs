using Sluice.Grains.Abstractions.Usage;
using Sluice.Rules.Usage;

namespace Sluice.Grains.Usage;

/// <summary>
/// Every model call that ever ended, for bills and for comparing counts. It is only ever added to. The silo implements
/// it over its database; grains know no database.
/// </summary>
/// <remarks>Times are microseconds since 1970 by the log's own clock. All methods may be repeated.</remarks>
public interface IUsageLog
{
    /// <summary>An edge session begins; before anybody else knows it.</summary>
    Task OpenSessionAsync(long edgeSession, CancellationToken cancellationToken);

    /// <summary>Stores a batch of an edge, all of it or none; of each call what came first stays.</summary>
    Task AppendAsync(UsageBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Stores events of lost edges. They count as long as the edge itself has told nothing of the same call.
    /// </summary>
    Task AppendLostAsync(IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken);

    /// <summary>
    /// An activation of a client begins. It answers until when the client had an owner that would have written what was
    /// out at a lost edge, and whether that is so without a gap.
    /// </summary>
    /// <param name="clientId">The client.</param>
    /// <param name="epoch">The activation's epoch; 1 or more.</param>
    /// <param name="sinceWritten">How long ago the activation before stored something.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<OwnerKnown> OwnerBeginsAsync(
        string clientId, long epoch, TimeSpan sinceWritten, CancellationToken cancellationToken);

    /// <summary>Its counts are what the log shows, so from now on it is without a gap.</summary>
    Task OwnerReconciledAsync(string clientId, long epoch, CancellationToken cancellationToken);

    /// <summary>
    /// Its counts are exact, and nothing is out: the client's next activation begins without a gap.
    /// </summary>
    Task OwnerEndsAsync(string clientId, long epoch, CancellationToken cancellationToken);

    /// <summary>What is known of edges now.</summary>
    Task<LogSessions> SessionsAsync(CancellationToken cancellationToken);

    /// <summary>What was known of edges a moment ago, at most some seconds: many ask, and each may.</summary>
    Task<LogSessions> RecentSessionsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What the log shows for a client, of calls admitted from one moment to before another, by kind of call. Of calls
    /// that the given epoch admitted, only those up to the cut.
    /// </summary>
    Task<IReadOnlyList<LoggedUse>> UsedAsync(UsageQuestion question, CancellationToken cancellationToken);
}

/// <param name="IsWhole">False: an activation before ended without telling what it had out.</param>
/// <param name="Until">The last moment at which an owner without a gap was there; counts when it is not whole.</param>
public readonly record struct OwnerKnown(bool IsWhole, long Until);

/// <param name="Sessions">Those that are open, and those that could not keep all of their events.</param>
/// <param name="BeganAt">When this log began: calls from before are not in it.</param>
/// <param name="Now">The log's clock.</param>
public sealed record LogSessions(IReadOnlyList<UsageSession> Sessions, long BeganAt, long Now)
{
    /// <summary>
    /// Whether calls admitted since this moment were all logged: the log was there, and no edge had to drop any.
    /// </summary>
    public bool HasAllSince(DateTimeOffset moment)
    {
        var since = (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        return BeganAt <= since && !Sessions.Any(session => session.Dropped > 0 && session.ReportedAt >= since);
    }
}

/// <param name="ClientId">The client.</param>
/// <param name="From">Calls admitted at this moment or later.</param>
/// <param name="To">And before this one.</param>
/// <param name="Epoch">Whose calls are asked for up to the cut only.</param>
/// <param name="Cut">Up to and with this moment.</param>
public readonly record struct UsageQuestion(
    string ClientId, DateTimeOffset From, DateTimeOffset To, long Epoch, DateTimeOffset Cut);
