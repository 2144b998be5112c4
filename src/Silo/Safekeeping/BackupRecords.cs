namespace Sluice.Silo.Safekeeping;

/// <summary>Tells the database what became of backups and drills, so that a silo can tell whoever asks.</summary>
internal static class BackupRecords
{
    /// <summary>A backup at its places; and that older ones went.</summary>
    public static async Task AddAsync(TableStore store, BackupOutcome outcome, CancellationToken cancellationToken)
    {
        var manifest = outcome.Manifest;
        foreach (var (place, problem, deleted) in outcome.Places)
        {
            await store.ExecuteAsync(
                """
                INSERT INTO backup_copy (backup, destination, medium, off_site, taken_at, bytes, problem)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                cancellationToken, manifest.Backup, place.Folder, place.Medium, place.IsOffSite ? 1L : 0L,
                MicrosecondsOf(manifest.TakenAt), outcome.Bytes, problem);
            foreach (var backup in deleted)
            {
                await store.ExecuteAsync(
                    "DELETE FROM backup_copy WHERE backup = $1 AND destination = $2", cancellationToken, backup,
                    place.Folder);
            }

            // What was tried there and failed is over once something newer is there.
            await store.ExecuteAsync(
                "DELETE FROM backup_copy WHERE destination = $1 AND problem <> '' AND taken_at < $2 AND $3 = ''",
                cancellationToken, place.Folder, MicrosecondsOf(manifest.TakenAt), problem);
        }
    }

    /// <summary>A drill.</summary>
    public static async Task AddAsync(TableStore store, DrillReport report, CancellationToken cancellationToken) =>
        await store.ExecuteAsync(
            """
            INSERT INTO backup_drill (number, backup, drilled_at, took, age, problem)
            SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4, $5 FROM backup_drill
            """,
            cancellationToken, report.Backup, MicrosecondsOf(report.At), (long)report.Took.TotalMicroseconds,
            (long)report.Age.TotalMicroseconds, string.Join(" ", report.Problems));

    /// <summary>Microseconds since 1970.</summary>
    public static long MicrosecondsOf(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
