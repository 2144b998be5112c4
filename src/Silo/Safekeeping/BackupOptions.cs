using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo.Safekeeping;

/// <summary>Settings of backup, restore and drill, section <c>Backup</c>.</summary>
internal sealed class BackupOptions
{
    /// <summary>
    /// Where backups are kept: a folder each, with what it is on and whether it is elsewhere, as
    /// <c>/mnt/tape,medium=tape,off-site</c>.
    /// </summary>
    /// <value>Default none.</value>
    public IList<string> To { get; } = [];

    /// <summary>A backup's folder, or one with backups of which the newest is taken.</summary>
    /// <value>Default empty: the newest of <see cref="To"/>.</value>
    public string From { get; set; } = "";

    /// <summary>So many of the newest backups are kept at each place, however old.</summary>
    /// <value>1 to 10000, default 14.</value>
    [Range(1, 10_000)]
    public int Keep { get; set; } = 14;

    /// <summary>And all that are no older than so many days.</summary>
    /// <value>0 to 36500, default 35.</value>
    [Range(0, 36_500)]
    public int KeepDays { get; set; } = 35;

    /// <summary>A backup that is older counts for nothing where 3-2-1 is judged.</summary>
    /// <value>1 minute to 366 days, default 26 hours: once a day, and two hours late.</value>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan AgeMax { get; set; } = TimeSpan.FromHours(26);

    /// <summary>What becomes of quotas by a restore; nobody can know what was used since the backup.</summary>
    /// <value>No default: a restore wants it said.</value>
    public QuotasAfterRestore Quotas { get; set; }

    /// <summary>A file with a client key that a restored copy must know.</summary>
    /// <value>Default empty: none is tried.</value>
    public string KnownKeyFile { get; set; } = "";

    /// <summary>True: what was done is told as JSON, and nothing else on the standard output.</summary>
    /// <value>Default false.</value>
    public bool Json { get; set; }
}
