using Sluice.Actors.Membership;

namespace Sluice.Conformance.Engines;

/// <summary>The membership table as one silo reaches it, until it is cut off.</summary>
internal sealed class CuttableTable(IMembershipTable table, CancellationToken gone) : IMembershipTable
{
    public Task<JoinedSilo> JoinAsync(SiloCandidate candidate, CancellationToken cancellationToken) =>
        Reached.JoinAsync(candidate, cancellationToken);

    public Task<MembershipSnapshot> HeartbeatAsync(long siloId, CancellationToken cancellationToken) =>
        Reached.HeartbeatAsync(siloId, cancellationToken);

    public Task<ClusterView> SetStatusAsync(long siloId, SiloStatus status, CancellationToken cancellationToken) =>
        Reached.SetStatusAsync(siloId, status, cancellationToken);

    public Task<ClusterView> SuspectAsync(long suspectId, long bySiloId, CancellationToken cancellationToken) =>
        Reached.SuspectAsync(suspectId, bySiloId, cancellationToken);

    public Task<ClusterView> DeclareSilentAsync(
        long siloId, long bySiloId, TimeSpan atLeast, CancellationToken cancellationToken) =>
        Reached.DeclareSilentAsync(siloId, bySiloId, atLeast, cancellationToken);

    public Task<ClusterView> ReadAsync(CancellationToken cancellationToken) => Reached.ReadAsync(cancellationToken);

    private IMembershipTable Reached => gone.IsCancellationRequested ? throw new IOException("Cut off.") : table;
}
