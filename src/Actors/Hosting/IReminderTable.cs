namespace Sluice.Actors.Hosting;

/// <summary>One stored reminder. Times are UTC.</summary>
/// <param name="Grain">Whose reminder it is.</param>
/// <param name="Name">Unique within the grain.</param>
/// <param name="FirstDue">When the first tick was, or will be, due.</param>
/// <param name="Due">When the next tick is due.</param>
/// <param name="Period">Between ticks; longer than zero.</param>
/// <param name="ETag">The version; empty on a row that is not stored yet.</param>
public sealed record ReminderRow(
    GrainId Grain, string Name, DateTime FirstDue, DateTime Due, TimeSpan Period, string ETag)
{
    /// <summary>
    /// The row after its tick: due at the first planned time later than <paramref name="now"/>. Times missed meanwhile
    /// are passed over. Tables use this, so that all of them plan alike.
    /// </summary>
    public ReminderRow Advance(DateTime now)
    {
        var missed = Math.Max(0, (now - Due).Ticks / Period.Ticks);
        return this with { Due = Due + ((missed + 1) * Period) };
    }
}

/// <summary>Where reminders are stored. Shared by all silos.</summary>
public interface IReminderTable
{
    /// <summary>Inserts the row, or replaces the one of the same grain and name whatever its version.</summary>
    /// <returns>The new version.</returns>
    Task<string> UpsertAsync(ReminderRow row, CancellationToken cancellationToken);

    /// <summary>Removes the row; false when it is gone already.</summary>
    Task<bool> DeleteAsync(GrainId grain, string name, CancellationToken cancellationToken);

    /// <summary>The row; null when there is none.</summary>
    Task<ReminderRow?> ReadAsync(GrainId grain, string name, CancellationToken cancellationToken);

    /// <summary>All rows of a grain, by name.</summary>
    Task<IReadOnlyList<ReminderRow>> ReadAllAsync(GrainId grain, CancellationToken cancellationToken);

    /// <summary>
    /// Takes rows that are due, earliest first, and advances each (<see cref="ReminderRow.Advance"/>) in the same
    /// transaction, so that of several silos one gets each tick. A tick whose silo dies now is lost; the next stands.
    /// </summary>
    /// <param name="now">Rows due at or before this are taken.</param>
    /// <param name="most">How many at most; 1 or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The rows as they were before they were advanced.</returns>
    Task<IReadOnlyList<ReminderRow>> ClaimDueAsync(DateTime now, int most, CancellationToken cancellationToken);
}
