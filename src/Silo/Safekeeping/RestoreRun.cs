using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Rules.Safekeeping;
using Sluice.Silo.Security;
using Sluice.Silo.Storage.Migrations;

namespace Sluice.Silo.Safekeeping;

/// <summary>How a backup is put back.</summary>
/// <param name="Folder">The backup's own folder.</param>
/// <param name="Quotas">What is to become of quotas.</param>
/// <param name="Issuer">Who issues access tokens, as <c>Tokens:Issuer</c> says; empty when nobody does.</param>
/// <param name="KnownKey">A client key that must be known then; null for none.</param>
/// <param name="IsDrill">Nobody will ever use it: silos need not wait.</param>
internal sealed record RestoreWish(
    string Folder, QuotasAfterRestore Quotas, string Issuer, string? KnownKey, bool IsDrill);

/// <summary>What became of it.</summary>
internal sealed record RestoreOutcome(
    BackupManifest Manifest, ProofReport Proof, DateTimeOffset RestoredAt, long Rows, TimeSpan Took)
{
    /// <summary>What was stored within this time before the restore is lost, as it would be today.</summary>
    public TimeSpan Age => RestoredAt - Manifest.TakenAt;
}

/// <summary>
/// Puts a backup into an empty database, all of it in one transaction: tables as they were then, proved, brought to
/// this program's schema, and moved to the present. A crash leaves the database as empty as it was.
/// </summary>
internal sealed class RestoreRun(MasterKeys masterKeys, TimeProvider time, Action<string> progress)
{
    /// <summary>What the schema itself puts into a new database, as conditions for it.</summary>
    private static readonly Dictionary<string, string> AsMade = new()
    {
        ["cluster"] = "version = 0",
        ["revocation_feed"] = "last = 0",
        ["audit_head"] = "sequence = 0",
        ["usage_session"] = "edge_session = 0",
    };

    /// <exception cref="BackupException">
    /// The database is not empty, the backup is not as it was written, or this program is too old for it.
    /// </exception>
    /// <exception cref="MasterKeyException">The master key is not the backup's.</exception>
    public async Task<RestoreOutcome> RunAsync(
        TableStore store, RestoreWish wish, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (manifest, key) = await BackupPlace.OpenAsync(wish.Folder, masterKeys, cancellationToken);
        progress($"{manifest.Backup}: its manifest holds");
        await BackupPlace.CompareAsync(wish.Folder, manifest, cancellationToken);
        progress($"{manifest.Backup}: {manifest.Parts.Length} parts are whole");
        await RefuseAsync(store, manifest, cancellationToken);
        await store.BeginWriteAsync(alone: !wish.IsDrill, cancellationToken);
        await MigratorTo(manifest.Schema).ApplyAsync(store.Connection, store.Dialect, cancellationToken);
        await RefuseFullAsync(store, cancellationToken);
        foreach (var month in store.Kind == "postgresql" ? manifest.AuditMonths : [])
        {
            await store.ExecuteAsync("SELECT audit_open($1)", cancellationToken, month);
        }

        await LoadAsync(store, wish.Folder, manifest, key, cancellationToken);
        await MigratorTo(int.MaxValue).ApplyAsync(store.Connection, store.Dialect, cancellationToken);
        var proof = await new RestoredProof(store, masterKeys).RunAsync(wish.KnownKey, cancellationToken);
        progress($"{proof.Secrets} secrets, {proof.ClientKeys} keys and {proof.AuditRecords} audit records looked at");
        var restoredAt = await store.NowAsync(cancellationToken);
        if (!RestoredCount.IsPossible(MicrosecondsOf(manifest.TakenAt), restoredAt))
        {
            throw new BackupException(
                $"The database's clock says {DateTimeOffset.UnixEpoch.AddMicroseconds(restoredAt):u}, which is before "
                + $"the backup was taken ({manifest.TakenAt:u}): set the clock right first.");
        }

        await Forwarding.RunAsync(store, manifest, wish.Quotas, wish.Issuer, restoredAt, cancellationToken);
        await store.CommitAsync(cancellationToken);
        return new RestoreOutcome(
            manifest, proof, DateTimeOffset.UnixEpoch.AddMicroseconds(restoredAt),
            manifest.Parts.Sum(part => part.Rows), time.GetElapsedTime(began));
    }

    private static Migrator MigratorTo(int schema) => new(
        [.. Schema.Migrations.TakeWhile(migration => migration.Number <= schema)], NullLogger<Migrator>.Instance);

    private static async Task RefuseAsync(
        TableStore store, BackupManifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Database != store.Kind)
        {
            throw new BackupException(
                $"The backup is of {manifest.Database}, and the database that is set is {store.Kind}.");
        }

        if (manifest.Schema > Schema.Migrations[^1].Number)
        {
            throw new BackupException(
                $"The backup is of schema {manifest.Schema}, and this program knows none newer than "
                + $"{Schema.Migrations[^1].Number}: use a program that is at least as new as the backup.");
        }

        var tables = await store.AllTablesAsync(cancellationToken);
        if (tables.Exists(table => table.Name == "schema_migration")
            && await store.NumberAsync(
                "SELECT CAST(coalesce(max(number), 0) AS bigint) FROM schema_migration", cancellationToken)
            > manifest.Schema)
        {
            throw new BackupException(
                $"The database has a newer schema than the backup ({manifest.Schema}): give it an empty database.");
        }
    }

    /// <exception cref="BackupException">Something is in it that would be lost or mixed with what comes.</exception>
    private static async Task RefuseFullAsync(TableStore store, CancellationToken cancellationToken)
    {
        foreach (var table in await store.AllTablesAsync(cancellationToken))
        {
            var asMade = AsMade.GetValueOrDefault(table.Name, "1 = 0");
            if (table.Name != "schema_migration"
                && await store.NumberAsync(
                    $"SELECT count(*) FROM \"{table.Name}\" WHERE NOT ({asMade})", cancellationToken) > 0)
            {
                throw new BackupException(
                    $"The database is not empty: table {table.Name} has rows. A backup is put into an empty database "
                    + "only; make a new one, and keep this one for whoever looks into what happened.");
            }
        }
    }

    private async Task LoadAsync(
        TableStore store, string folder, BackupManifest manifest, byte[] key, CancellationToken cancellationToken)
    {
        var tables = await store.InOrderAsync(await store.KeptTablesAsync(cancellationToken), cancellationToken);
        if (manifest.Parts.Select(part => part.Table).Except(tables.Select(table => table.Name)).ToList()
            is { Count: > 0 } unknown)
        {
            throw new BackupException($"The schema has no table {string.Join(", ", unknown)}, and the backup has.");
        }

        foreach (var table in Enumerable.Reverse(tables).Where(table => AsMade.ContainsKey(table.Name)))
        {
            await store.ExecuteAsync($"DELETE FROM \"{table.Name}\"", cancellationToken);
        }

        foreach (var table in tables)
        {
            if (Array.Find(manifest.Parts, part => part.Table == table.Name) is not { } part)
            {
                throw new BackupException($"The backup has no part for table {table.Name}.");
            }

            await PartFile.ReadAsync(
                Path.Combine(folder, part.File), BackupCipher.KeyOf(key, part.Table),
                from => store.CopyInAsync(new TableShape(part.Table, part.Columns), from, cancellationToken));
            var rows = await store.NumberAsync($"SELECT count(*) FROM \"{table.Name}\"", cancellationToken);
            if (rows != part.Rows)
            {
                throw new BackupException(
                    $"Table {table.Name} has {rows} rows, and the manifest says {part.Rows}.");
            }

            progress($"{table.Name}: {rows} rows");
        }
    }

    private static long MicrosecondsOf(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
