using Sluice.Daemon.Settings;
using Sluice.Silo.Safekeeping;

namespace Sluice.Silo.Hosting;

/// <summary>The settings of backup, restore, drill and rewrap, as <c>--help</c> and the document tell them.</summary>
internal static class BackupSettings
{
    public static void Describe(SettingCatalog catalog)
    {
        DescribeBackup(catalog);
        catalog.Section<RewrapOptions>("Rewrap")
            .Add(
                "Secrets",
                "For rewrap: seal secrets anew under the newest data key too, and not only wrap data keys.",
                alias: "--secrets")
            .Add(
                "NewDataKey",
                "For rewrap: make a new data key first, and seal all secrets under it; when data keys may be known to "
                + "somebody.",
                alias: "--new-data-key");
    }

    private static void DescribeBackup(SettingCatalog catalog) => catalog.Section<BackupOptions>("Backup")
        .Add(
            "To:#",
            "For backup: a folder that backups are kept in, then what it is on and whether it is elsewhere. May be "
            + "repeated.",
            "FOLDER[,medium=NAME][,off-site]", "--to")
        .Add(
            "From", "For restore and drill: a backup's folder, or one with backups of which the newest is taken.",
            "a folder", "--from", "the newest of Backup:To")
        .Add("Keep", "For backup: so many of the newest are kept at each place, however old.", alias: "--keep")
        .Add("KeepDays", "For backup: and all that are no older than so many days.", alias: "--keep-days")
        .Add("AgeMax", "A backup that is older counts for nothing where 3-2-1 is judged.")
        .Add(
            "Quotas",
            "For restore: what becomes of quotas. Keep: what was used since the backup may be used again. Spent: every "
            + "period that had begun counts as used up.",
            "Keep or Spent", "--quotas", "none: a restore wants it said")
        .Add(
            "KnownKeyFile", "For restore and drill: a file with a client key that the restored copy must know.",
            "a file", "--known-key-file")
        .Add("Json", "For backup, restore, drill and rewrap: tell what was done as JSON.", alias: "--json");
}
