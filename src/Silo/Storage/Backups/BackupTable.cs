using Sluice.Rules.Safekeeping;

namespace Sluice.Silo.Storage.Backups;

/// <summary>What was told of a backup at one place.</summary>
/// <param name="Backup">Its name.</param>
/// <param name="Copy">Where it is, and when it was taken.</param>
/// <param name="Bytes">How large it is.</param>
/// <param name="Problem">Why it is not there; empty when it is.</param>
internal sealed record BackupRow(string Backup, BackupCopy Copy, long Bytes, string Problem);

/// <summary>What a drill came to.</summary>
/// <param name="Backup">What was restored.</param>
/// <param name="At">When.</param>
/// <param name="Took">How long it took until the copy was proved.</param>
/// <param name="Age">How old the backup was.</param>
/// <param name="Problem">What was wrong; empty when nothing was.</param>
internal sealed record DrillRow(string Backup, DateTimeOffset At, TimeSpan Took, TimeSpan Age, string Problem);

/// <summary>What those who make backups and drills have told, for whoever asks a silo.</summary>
internal sealed class BackupTable(IDatabase database)
{
    private const string CopiesSql = """
        SELECT backup, destination, medium, off_site, taken_at, bytes, problem FROM backup_copy
        ORDER BY taken_at DESC, destination LIMIT 500
        """;

    private const string DrillSql = """
        SELECT backup, drilled_at, took, age, problem FROM backup_drill ORDER BY number DESC LIMIT 1
        """;

    /// <summary>Newest first.</summary>
    public Task<List<BackupRow>> CopiesAsync(CancellationToken cancellationToken) => database.ReadAsync(
        new Statement(CopiesSql),
        row => new BackupRow(
            row.GetString(0),
            new BackupCopy(
                row.GetString(1), row.GetString(2), row.GetInt64(3) == 1,
                DateTimeOffset.UnixEpoch.AddMicroseconds(row.GetInt64(4))),
            row.GetInt64(5),
            row.GetString(6)),
        cancellationToken);

    /// <summary>The last one; null when there was none.</summary>
    public async Task<DrillRow?> LastDrillAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        new Statement(DrillSql),
        row => new DrillRow(
            row.GetString(0), DateTimeOffset.UnixEpoch.AddMicroseconds(row.GetInt64(1)),
            TimeSpan.FromMicroseconds(row.GetInt64(2)), TimeSpan.FromMicroseconds(row.GetInt64(3)), row.GetString(4)),
        cancellationToken)).SingleOrDefault();
}
