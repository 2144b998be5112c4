using Sluice.Actors.Membership;

namespace Sluice.Silo.Storage.Membership;

/// <summary>The table of silos in PostgreSQL.</summary>
/// <remarks>
/// Each method is one message and one transaction. What changes the membership first locks the one row of
/// <c>cluster</c>, so that decisions are taken one at a time, each over what the one before it left: the statement
/// after the lock has a snapshot of its own. Heartbeats take no such lock.
/// </remarks>
/// <param name="database">Of its own: what grains write must not hold up a heartbeat.</param>
/// <param name="options">The times, the same on all silos.</param>
internal sealed class DatabaseMembershipTable(IDatabase database, MembershipOptions options)
    : IMembershipTable, IAsyncDisposable
{
    /// <summary>So long people can look up why a silo died.</summary>
    private static readonly TimeSpan DeadKept = TimeSpan.FromDays(7);

    public async Task<JoinedSilo> JoinAsync(SiloCandidate candidate, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var silo = SiloEntry.Of(candidate, 0);
        var rows = await database.WriteAsync(
            [
                new Statement(MembershipSql.Lock),
                new Statement(MembershipSql.ForgetDead, DeadKept),
                new Statement(MembershipSql.EndPredecessor, silo.Host, silo.Port),
                new Statement(
                    MembershipSql.Insert, silo.Name, silo.Host, silo.Port, silo.GrainTypes.ToArray(), silo.Protocol),
                new Statement(MembershipSql.NextVersion),
                new Statement(MembershipSql.ViewOfJoined),
            ],
            MembershipRow.Of,
            cancellationToken);
        var view = MembershipRow.ViewOf(rows);
        var joined = rows.Single(row => row.IsOwn).Silo!;
        return new JoinedSilo(joined, view);
    }

    public async Task<MembershipSnapshot> HeartbeatAsync(long siloId, CancellationToken cancellationToken) =>
        MembershipRow.SnapshotOf(await database.WriteAsync(
            [new Statement(MembershipSql.Heartbeat, siloId), new Statement(MembershipSql.View, siloId)],
            MembershipRow.Of,
            cancellationToken));

    public Task<ClusterView> SetStatusAsync(long siloId, SiloStatus status, CancellationToken cancellationToken) =>
        ChangeAsync(
            [
                new Statement(
                    MembershipSql.SetStatus,
                    siloId,
                    MembershipRow.TextOf(status),
                    Enum.GetValues<SiloStatus>().Where(older => older < status).Select(MembershipRow.TextOf).ToArray()),
            ],
            cancellationToken);

    public Task<ClusterView> SuspectAsync(long suspectId, long bySiloId, CancellationToken cancellationToken) =>
        ChangeAsync(
            [
                new Statement(MembershipSql.ForgetSuspicions, suspectId, options.SuspicionLifetime),
                new Statement(MembershipSql.Suspect, suspectId, bySiloId),
                new Statement(
                    MembershipSql.DeclareSuspect, suspectId, bySiloId, options.SilenceMax, options.GapMax),
            ],
            cancellationToken);

    public Task<ClusterView> DeclareSilentAsync(
        long siloId, long bySiloId, TimeSpan atLeast, CancellationToken cancellationToken) =>
        ChangeAsync(
            [new Statement(MembershipSql.DeclareSilent, siloId, bySiloId, atLeast, options.GapMax)],
            cancellationToken);

    public async Task<ClusterView> ReadAsync(CancellationToken cancellationToken) =>
        MembershipRow.ViewOf(await database.ReadAsync(
            new Statement(MembershipSql.View, 0L), MembershipRow.Of, cancellationToken));

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private async Task<ClusterView> ChangeAsync(Statement[] change, CancellationToken cancellationToken) =>
        MembershipRow.ViewOf(await database.WriteAsync(
            [new Statement(MembershipSql.Lock), .. change, new Statement(MembershipSql.View, 0L)],
            MembershipRow.Of,
            cancellationToken));
}
