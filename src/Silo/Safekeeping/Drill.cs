using System.Security.Cryptography;
using Npgsql;
using Sluice.Silo.Security;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.PostgreSql;

namespace Sluice.Silo.Safekeeping;

/// <summary>What a drill came to.</summary>
internal sealed record DrillReport
{
    /// <summary>What was restored; empty when there was nothing.</summary>
    public string Backup { get; init; } = "";

    /// <summary>Its folder.</summary>
    public string Folder { get; init; } = "";

    public DateTimeOffset At { get; init; }

    /// <summary>What would be lost: how old the backup was. The recovery point.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>From the first byte read until the copy was proved: the recovery time, without silos.</summary>
    public TimeSpan Took { get; init; }

    public long Rows { get; init; }

    /// <summary>What was looked at; null when it did not come to that.</summary>
    public ProofReport? Proof { get; init; }

    /// <summary>What is wrong; empty when the backup is worth something.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>
/// Restores a backup into a database that nobody uses, proves it, and takes it away again: on PostgreSQL a schema
/// beside the tables of the database that is set, which should be another server than the one that serves; otherwise a
/// file among temporary ones.
/// </summary>
internal sealed class Drill(MasterKeys masterKeys, TimeProvider time, Action<string> progress)
{
    /// <param name="options">Where a scratch database is made.</param>
    /// <param name="folder">The backup's folder.</param>
    /// <param name="knownKey">A client key that must be known; null for none.</param>
    /// <param name="cancellationToken">Gives up; nothing is left.</param>
    public async Task<DrillReport> RunAsync(
        StorageOptions options, string folder, string? knownKey, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var report = new DrillReport { Folder = folder, Backup = Path.GetFileName(folder), At = time.GetUtcNow() };
        try
        {
            await using var scratch = await MakeAsync(options, cancellationToken);
            var restored = await new RestoreRun(masterKeys, time, progress).RunAsync(
                scratch.Store,
                new RestoreWish(folder, QuotasAfterRestore.Keep, "", knownKey, IsDrill: true),
                cancellationToken);
            return report with
            {
                Age = restored.Age,
                Took = time.GetElapsedTime(began),
                Rows = restored.Rows,
                Proof = restored.Proof,
                Problems = restored.Proof.Problems,
            };
        }
        catch (Exception exception) when (exception is BackupException or MasterKeyException)
        {
            return report with { Took = time.GetElapsedTime(began), Problems = [exception.Message] };
        }
    }

    private static async Task<Scratch> MakeAsync(StorageOptions options, CancellationToken cancellationToken)
    {
        var name = $"sluice_drill_{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        if (options.SqliteFile.Length > 0)
        {
            var folder = Directory.CreateTempSubdirectory("sluice-drill-").FullName; // Its owner's alone.
            return new Scratch(
                SqliteTables.Open(Path.Combine(folder, "drill.db"), makes: true),
                () =>
                {
                    Directory.Delete(folder, recursive: true);
                    return Task.CompletedTask;
                });
        }

        var text = options.OwnerUrlFile.Length > 0
            ? (await File.ReadAllTextAsync(options.OwnerUrlFile, cancellationToken)).Trim()
            : options.DatabaseUrl;
        var settings = DatabaseUrl.Read(text).Settings
            ?? throw new BackupException("No database is set that can be read.");
        await RunAsync(settings, $"CREATE SCHEMA {name}", cancellationToken);
        var within = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { SearchPath = name };
        return new Scratch(
            await PostgreSqlTables.OpenAsync(within, cancellationToken),
            () => RunAsync(settings, $"DROP SCHEMA {name} CASCADE", CancellationToken.None));
    }

    private static async Task RunAsync(
        NpgsqlConnectionStringBuilder settings, string sql, CancellationToken cancellationToken)
    {
        await using var store = await PostgreSqlTables.OpenAsync(
            new NpgsqlConnectionStringBuilder(settings.ConnectionString), cancellationToken);
        try
        {
            await store.ExecuteAsync(sql, cancellationToken);
        }
        catch (PostgresException exception)
        {
            throw new BackupException(
                $"'{sql}' was refused ({exception.MessageText}): let the user '{settings.Username}' create a schema "
                + $"in '{settings.Database}', or name another database.",
                exception);
        }
    }

    private sealed class Scratch(TableStore store, Func<Task> takeAway) : IAsyncDisposable
    {
        public TableStore Store => store;

        public async ValueTask DisposeAsync()
        {
            await store.DisposeAsync();
            await takeAway();
        }
    }
}
