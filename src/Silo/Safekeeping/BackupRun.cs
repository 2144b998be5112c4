using System.Security.Cryptography;
using Sluice.Rules.Safekeeping;
using Sluice.Silo.Security;
using Sluice.Silo.Storage.Migrations;
using Sluice.Silo.Storage.Secrets;

namespace Sluice.Silo.Safekeeping;

/// <summary>What became of a backup at one place.</summary>
/// <param name="Place">The place.</param>
/// <param name="Problem">Why it is not there; empty when it is there, whole and compared.</param>
/// <param name="Deleted">Older ones that went.</param>
internal sealed record PlaceOutcome(BackupPlace Place, string Problem, IReadOnlyList<string> Deleted);

/// <summary>What became of a backup.</summary>
internal sealed record BackupOutcome(
    BackupManifest Manifest, IReadOnlyList<PlaceOutcome> Places, TimeSpan Took)
{
    public long Rows => Manifest.Parts.Sum(part => part.Rows);

    public long Bytes => Manifest.Parts.Sum(part => part.Bytes);
}

/// <summary>Makes a backup of all that one database has, as it was at one moment.</summary>
internal sealed class BackupRun(MasterKeys masterKeys, TimeProvider time, Action<string> progress)
{
    /// <summary>Makes it at the first place that takes it, and copies it to the others.</summary>
    /// <param name="store">The database.</param>
    /// <param name="places">At least one.</param>
    /// <param name="retention">Which older ones are kept.</param>
    /// <param name="cluster">The cluster that it is of.</param>
    /// <param name="cancellationToken">Gives up; what is not whole is no backup.</param>
    /// <exception cref="BackupException">No place took it, or the database is not one that can be restored.</exception>
    public async Task<BackupOutcome> RunAsync(
        TableStore store, IReadOnlyList<BackupPlace> places, Retention retention, string cluster,
        CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await store.BeginSnapshotAsync(cancellationToken);
        var schema = await SchemaAsync(store, cancellationToken);
        await OpenDataKeysAsync(store, cancellationToken);
        var takenAt = DateTimeOffset.UnixEpoch.AddMicroseconds(await store.NowAsync(cancellationToken));
        var name = new BackupName(takenAt, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))).ToString();
        var key = RandomNumberGenerator.GetBytes(BackupCipher.KeyBytes);
        var head = (await store.ReadAsync(
            "SELECT sequence, hash FROM audit_head", row => (row.GetInt64(0), row.GetString(1)),
            cancellationToken))[0];
        var manifest = new BackupManifest
        {
            Backup = name,
            Cluster = cluster,
            TakenAt = takenAt,
            Database = store.Kind,
            Schema = schema,
            MasterKey = masterKeys.Current.Id,
            WrappedKey = await masterKeys.WrapAsync(BackupManifest.PlaceOf(name), key, cancellationToken),
            AuditSequence = head.Item1,
            AuditHash = head.Item2,
            AuditMonths = [.. (await store.ReadAsync(
                "SELECT DISTINCT month FROM audit_record ORDER BY month", row => row.GetInt32(0), cancellationToken))],
        };

        var outcomes = new List<PlaceOutcome>();
        BackupPlace? first = null;
        foreach (var place in places)
        {
            try
            {
                if (first is null)
                {
                    manifest = await WriteAsync(store, place, manifest, key, cancellationToken);
                    first = place;
                }
                else
                {
                    progress($"{place.Folder}: copying");
                    await place.TakeAsync(first, manifest, cancellationToken);
                }

                outcomes.Add(new PlaceOutcome(place, "", Forget(place, retention, takenAt)));
            }
            catch (Exception exception)
                when (exception is IOException or UnauthorizedAccessException or BackupException)
            {
                progress($"{place.Folder}: {exception.Message}");
                outcomes.Add(new PlaceOutcome(place, exception.Message, []));
            }
        }

        return first is null
            ? throw new BackupException(
                $"No place took the backup: {string.Join(" ", outcomes.Select(one => one.Problem))}")
            : new BackupOutcome(manifest, outcomes, time.GetElapsedTime(began));
    }

    /// <summary>A backup that nobody could open would be found out too late.</summary>
    private async Task OpenDataKeysAsync(TableStore store, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            "SELECT id, purpose, wrapped FROM data_key",
            row => new DataKeyRow(row.GetString(0), row.GetString(1), row.GetString(2), TimeSpan.Zero),
            cancellationToken);
        foreach (var row in rows)
        {
            await masterKeys.UnwrapAsync(DataKeys.PlaceOf(row.Id, row.Purpose), row.Wrapped, cancellationToken);
        }
    }

    private static async Task<int> SchemaAsync(TableStore store, CancellationToken cancellationToken)
    {
        var tables = await store.AllTablesAsync(cancellationToken);
        var applied = tables.Exists(table => table.Name == "schema_migration")
            ? (int)await store.NumberAsync(
                "SELECT CAST(coalesce(max(number), 0) AS bigint) FROM schema_migration", cancellationToken)
            : 0;
        var known = Schema.Migrations[^1].Number;
        return applied == known
            ? applied
            : throw new BackupException(
                $"The database is at schema {applied} and this program's is {known}: use the program that the silos "
                + "are of.");
    }

    private async Task<BackupManifest> WriteAsync(
        TableStore store, BackupPlace place, BackupManifest manifest, byte[] key, CancellationToken cancellationToken)
    {
        var folder = place.Begin(manifest.Backup, manifest.TakenAt);
        var parts = new List<BackupPart>();
        foreach (var table in await store.KeptTablesAsync(cancellationToken))
        {
            var file = $"{table.Name}.part";
            var (rows, bytes, digest) = await PartFile.WriteAsync(
                Path.Combine(folder, file), BackupCipher.KeyOf(key, table.Name),
                to => store.CopyOutAsync(table, to, cancellationToken));
            parts.Add(new BackupPart
            {
                Table = table.Name, Columns = [.. table.Columns], File = file, Rows = rows, Bytes = bytes,
                Digest = digest,
            });
            progress($"{table.Name}: {rows} rows, {bytes} bytes");
        }

        var whole = manifest with { Parts = [.. parts] };
        var text = whole.Write();
        await WriteFileAsync(folder, BackupManifest.FileName, text);
        await WriteFileAsync(
            folder, BackupManifest.MacFileName,
            System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(BackupCipher.MacOf(key, text)) + "\n"));
        await BackupPlace.CompareAsync(folder, whole, cancellationToken);
        place.Finish(whole.Backup);
        return whole;
    }

    private static async Task WriteFileAsync(string folder, string name, byte[] text)
    {
        await using var file = OwnedFile.Create(Path.Combine(folder, name));
        await file.WriteAsync(text);
        file.Flush(flushToDisk: true);
    }

    private static List<string> Forget(BackupPlace place, Retention retention, DateTimeOffset now)
    {
        var deleted = new List<string>();
        foreach (var old in retention.Deletable(place.List(), now))
        {
            place.Delete(old.ToString());
            deleted.Add(old.ToString());
        }

        return deleted;
    }
}
