namespace Sluice.Actors.Membership;

/// <summary>What the table knows of a silo of the view when it decides on a death.</summary>
/// <param name="Id">Which silo.</param>
/// <param name="HeartbeatAge">Since its last heartbeat, by the table's clock.</param>
internal readonly record struct LivingSilo(long Id, TimeSpan HeartbeatAge);

/// <summary>One silo could not reach another.</summary>
/// <param name="BySiloId">Who says so.</param>
/// <param name="Age">Since it last said so, by the table's clock.</param>
internal readonly record struct Suspicion(long BySiloId, TimeSpan Age);

/// <summary>
/// Who may be declared dead. Three grounds and no other: two silos cannot reach it; the only other silo cannot reach
/// it and it is silent too; it is silent, and the one who says so was not.
/// </summary>
/// <remarks>
/// The tables decide by this under a lock, one decision at a time, over what is true then. PostgreSQL's table says the
/// same in SQL; one test runs over both. Only silos of the view count, on either side: once one of a pair that suspect
/// each other is dead, its own suspicion counts no more.
/// </remarks>
internal static class MembershipRules
{
    /// <summary>Suspicions by this many silos need no silence.</summary>
    internal const int SuspicionsForDeath = 2;

    /// <param name="suspectId">Who is suspected.</param>
    /// <param name="bySiloId">Who suspects it now; its suspicion is among <paramref name="suspicions"/>.</param>
    /// <param name="view">All silos of the view.</param>
    /// <param name="suspicions">All suspicions of the suspect, expired ones and those of dead silos included.</param>
    /// <param name="options">The times.</param>
    internal static bool IsDeadBySuspicion(
        long suspectId,
        long bySiloId,
        IReadOnlyCollection<LivingSilo> view,
        IEnumerable<Suspicion> suspicions,
        MembershipOptions options)
    {
        if (!IsOther(suspectId, bySiloId, view))
        {
            return false;
        }

        var suspecting = suspicions
            .Where(suspicion => suspicion.Age < options.SuspicionLifetime
                && IsOther(suspectId, suspicion.BySiloId, view))
            .Select(suspicion => suspicion.BySiloId)
            .Distinct()
            .Count();
        return suspecting >= SuspicionsForDeath
            || (suspecting > 0 && view.Count == 2 && IsSilent(suspectId, bySiloId, options.SilenceMax, view, options));
    }

    /// <summary>
    /// The declarer has seen to it that its own heartbeats had no gap; that its last one is not old is checked here
    /// again, because the process may have been paused between its last look and this moment.
    /// </summary>
    /// <param name="siloId">Who is silent.</param>
    /// <param name="bySiloId">Who declares.</param>
    /// <param name="atLeast">For how long.</param>
    /// <param name="view">All silos of the view.</param>
    /// <param name="options">The times.</param>
    internal static bool IsDeadBySilence(
        long siloId,
        long bySiloId,
        TimeSpan atLeast,
        IReadOnlyCollection<LivingSilo> view,
        MembershipOptions options) =>
        IsOther(siloId, bySiloId, view) && IsSilent(siloId, bySiloId, atLeast, view, options);

    /// <summary>Whether a silo may ask for the death of a silent one.</summary>
    /// <param name="age">Of the other's heartbeat, by the table's clock.</param>
    /// <param name="unchanged">For how long this silo has seen the same heartbeat, by its own clock.</param>
    /// <param name="ownRun">How long its own heartbeats have had no gap, by its own clock.</param>
    /// <param name="options">The times.</param>
    /// <remarks>
    /// The run makes an outage of the database harmless: after it every heartbeat is old and every run is new. Having
    /// seen the same heartbeat makes a jump of the database's clock harmless: the others go on beating.
    /// </remarks>
    internal static bool MayDeclareSilent(
        TimeSpan age, TimeSpan unchanged, TimeSpan ownRun, MembershipOptions options) =>
        age.Duration() >= options.SilenceMax
        && ownRun >= options.SilenceMax
        && unchanged >= options.SilenceMax - options.HeartbeatPeriod;

    /// <summary>
    /// A heartbeat from the future is as old as it is far: after the table's clock stepped back, only who has not
    /// beaten since has one.
    /// </summary>
    private static bool IsSilent(
        long siloId,
        long bySiloId,
        TimeSpan atLeast,
        IReadOnlyCollection<LivingSilo> view,
        MembershipOptions options) =>
        view.Single(silo => silo.Id == siloId).HeartbeatAge.Duration() >= atLeast
        && view.Single(silo => silo.Id == bySiloId).HeartbeatAge.Duration() <= options.GapMax;

    private static bool IsOther(long siloId, long bySiloId, IReadOnlyCollection<LivingSilo> view) =>
        siloId != bySiloId && view.Any(silo => silo.Id == siloId) && view.Any(silo => silo.Id == bySiloId);
}
