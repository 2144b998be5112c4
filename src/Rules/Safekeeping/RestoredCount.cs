namespace Sluice.Rules.Safekeeping;

/// <summary>
/// Numbers that must never be given twice, after the database was put back to an earlier day. What was given since the
/// backup is known to nobody, and edges that lived through it remember. So a count goes on from the moment of the
/// restore, in microseconds since 1970: nobody counts a million a second for as long as a backup is old, so it is above
/// all that was given before, and so is the next restore's, whichever backup it is of.
/// </summary>
/// <remarks>
/// 53 bits hold it until the year 2255, so no reader of JSON rounds it.
/// </remarks>
public static class RestoredCount
{
    /// <summary>Where a count goes on; what is given next is above it.</summary>
    /// <param name="stored">The last number that the backup knows of.</param>
    /// <param name="restoredAt">The moment of the restore; microseconds since 1970.</param>
    public static long After(long stored, long restoredAt) => Math.Max(stored, restoredAt);

    /// <summary>
    /// Whether a clock can be right: a restore is not before its backup. With a clock that is behind, numbers would be
    /// given again.
    /// </summary>
    public static bool IsPossible(long takenAt, long restoredAt) => restoredAt > takenAt;
}
