using System.Collections.Immutable;

namespace Sluice.Rules.Safekeeping;

/// <summary>Which backups of one place are kept: one is deleted when it is past both, and the newest never.</summary>
/// <param name="Newest">So many of the newest are kept, however old; 1 or more.</param>
/// <param name="For">All that are no older than this are kept, however many.</param>
public readonly record struct Retention(int Newest, TimeSpan For)
{
    /// <summary>Those that may go, oldest first.</summary>
    /// <param name="backups">Whole backups of one place, in any order.</param>
    /// <param name="now">The time. What is dated after it is young.</param>
    public ImmutableArray<BackupName> Deletable(IEnumerable<BackupName> backups, DateTimeOffset now)
    {
        var oldest = now - For;
        return
        [
            .. backups
                .OrderByDescending(backup => backup.TakenAt)
                .ThenByDescending(backup => backup.Chance, StringComparer.Ordinal)
                .Skip(Math.Max(1, Newest))
                .Where(backup => backup.TakenAt < oldest)
                .Reverse(),
        ];
    }
}
