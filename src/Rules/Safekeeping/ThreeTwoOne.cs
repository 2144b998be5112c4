using System.Collections.Immutable;

namespace Sluice.Rules.Safekeeping;

/// <summary>The newest whole backup at one place.</summary>
/// <param name="Destination">The place; two with one name are one place.</param>
/// <param name="Medium">What it is kept on, as the operator says; that of the database is <c>database</c>.</param>
/// <param name="IsOffSite">Whether it survives what happens to the house.</param>
/// <param name="TakenAt">When it was taken.</param>
public readonly record struct BackupCopy(string Destination, string Medium, bool IsOffSite, DateTimeOffset TakenAt);

/// <summary>What is missing.</summary>
public enum BackupLack
{
    /// <summary>A backup that is young enough, anywhere.</summary>
    FreshBackup,

    /// <summary>Three copies, the database counted.</summary>
    Copies,

    /// <summary>Two media, that of the database counted.</summary>
    Media,

    /// <summary>A copy off-site.</summary>
    OffSite,
}

/// <summary>
/// Judges backups by the rule 3-2-1: three copies, on two media, one of them off-site. The database is one of the
/// copies. A copy that is too old counts for nothing: what it has is not what would be lost.
/// </summary>
/// <param name="Copies">How many there are, the database counted.</param>
/// <param name="Media">On how many media.</param>
/// <param name="OffSite">How many of them off-site.</param>
/// <param name="Lacks">What is missing; empty when the rule is kept.</param>
public sealed record ThreeTwoOne(int Copies, int Media, int OffSite, ImmutableArray<BackupLack> Lacks)
{
    /// <summary>The medium of the database.</summary>
    public const string DatabaseMedium = "database";

    /// <summary>Whether the rule is kept.</summary>
    public bool IsKept => Lacks.IsEmpty;

    /// <summary>Judges what there is.</summary>
    /// <param name="copies">The newest copy of each place; an older one of a place may be among them.</param>
    /// <param name="ageMax">A copy that is older counts for nothing.</param>
    /// <param name="now">The time.</param>
    public static ThreeTwoOne Judge(IEnumerable<BackupCopy> copies, TimeSpan ageMax, DateTimeOffset now)
    {
        var fresh = copies.Where(copy => now - copy.TakenAt <= ageMax).DistinctBy(copy => copy.Destination).ToList();
        var media = fresh.Select(copy => copy.Medium).Append(DatabaseMedium).Distinct(StringComparer.Ordinal).Count();
        var offSite = fresh.Count(copy => copy.IsOffSite);
        var lacks = ImmutableArray.CreateBuilder<BackupLack>();
        void Need(bool isThere, BackupLack lack)
        {
            if (!isThere)
            {
                lacks.Add(lack);
            }
        }

        Need(fresh.Count > 0, BackupLack.FreshBackup);
        Need(fresh.Count >= 2, BackupLack.Copies);
        Need(media >= 2, BackupLack.Media);
        Need(offSite >= 1, BackupLack.OffSite);
        return new ThreeTwoOne(fresh.Count + 1, media, offSite, lacks.ToImmutable());
    }
}
