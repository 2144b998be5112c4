using System.Collections.Immutable;

namespace Sluice.Actors.Membership;

/// <summary>A silo that has just joined.</summary>
/// <param name="Silo">Its entry.</param>
/// <param name="View">The view that has it for the first time.</param>
public sealed record JoinedSilo(SiloEntry Silo, ClusterView View);

/// <summary>How long a silo has been silent.</summary>
/// <param name="SiloId">Which silo of the view.</param>
/// <param name="Age">Since its last heartbeat, by the table's clock; below zero when that clock stepped back.</param>
/// <param name="Count">
/// Its heartbeats so far. Unchanged from one look to the next: no heartbeat in between, whatever the clock did.
/// </param>
public readonly record struct SiloHeartbeat(long SiloId, TimeSpan Age, long Count);

/// <summary>What a heartbeat is answered.</summary>
/// <param name="View">The newest view.</param>
/// <param name="OwnStatus">Of the silo that asked; dead when the table does not know it any more.</param>
/// <param name="OwnDeath">Why it is dead, for people; null when it lives or nobody knows.</param>
/// <param name="Heartbeats">One for each silo of the view, its own included, in the order of the view.</param>
public sealed record MembershipSnapshot(
    ClusterView View, SiloStatus OwnStatus, string? OwnDeath, ImmutableArray<SiloHeartbeat> Heartbeats);

/// <summary>
/// The one table of an installation that says who is a silo. Every change of membership happens here, one at a time,
/// and makes the next version of the view. Times are taken by the table's own clock.
/// </summary>
/// <remarks>
/// Every method throws when the table cannot be reached; a change may then have happened all the same. All of them may
/// be repeated: a change that has happened already changes nothing, and joining again replaces the first attempt.
/// </remarks>
public interface IMembershipTable
{
    /// <summary>
    /// Adds a new silo, active. A silo of the view at the same host and port is the predecessor of this process, and is
    /// declared dead in the same transaction.
    /// </summary>
    Task<JoinedSilo> JoinAsync(SiloCandidate candidate, CancellationToken cancellationToken);

    /// <summary>Notes that the silo lives, unless it is dead.</summary>
    Task<MembershipSnapshot> HeartbeatAsync(long siloId, CancellationToken cancellationToken);

    /// <summary>Takes a silo forward in its life; never back.</summary>
    /// <returns>The newest view.</returns>
    Task<ClusterView> SetStatusAsync(long siloId, SiloStatus status, CancellationToken cancellationToken);

    /// <summary>
    /// Notes that one silo cannot reach another, and declares that one dead in the same transaction if
    /// <see cref="MembershipRules.IsDeadBySuspicion"/> says so. Both must be in the view.
    /// </summary>
    /// <returns>The newest view.</returns>
    Task<ClusterView> SuspectAsync(long suspectId, long bySiloId, CancellationToken cancellationToken);

    /// <summary>
    /// Declares a silo dead if at that moment <see cref="MembershipRules.IsDeadBySilence"/> says so. Both must be in
    /// the view.
    /// </summary>
    /// <param name="siloId">Who is silent.</param>
    /// <param name="bySiloId">Who declares, having completed its own heartbeats all that time.</param>
    /// <param name="atLeast">How old the heartbeat must be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The newest view.</returns>
    Task<ClusterView> DeclareSilentAsync(
        long siloId, long bySiloId, TimeSpan atLeast, CancellationToken cancellationToken);

    /// <summary>The newest view.</summary>
    Task<ClusterView> ReadAsync(CancellationToken cancellationToken);
}
