using System.Data.Common;
using System.Globalization;

namespace Sluice.Silo.Storage.Migrations;

/// <summary>
/// Brings a database to the newest schema, forward only. One silo at a time does so; a second one waits and finds the
/// work done. All missing steps commit together, so a crash leaves the schema as it was.
/// </summary>
internal sealed partial class Migrator(IReadOnlyList<Migration> migrations, ILogger<Migrator> logger)
{
    /// <summary>A step may rewrite a large table, and the silo that waits for it must not give up first.</summary>
    private const int TimeoutSeconds = 3600;

    /// <exception cref="StorageUnavailableException">The database's history is not this program's.</exception>
    public async Task RunAsync(DbConnection connection, SqlDialect dialect, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, dialect.BeginMigration, cancellationToken);
        try
        {
            await ApplyAsync(connection, dialect, cancellationToken);
            await ExecuteAsync(connection, "COMMIT", cancellationToken);
        }
        catch
        {
            await RollBackAsync(connection);
            throw;
        }
    }

    /// <summary>The same within a transaction of the caller's.</summary>
    /// <exception cref="StorageUnavailableException">The database's history is not this program's.</exception>
    public async Task ApplyAsync(DbConnection connection, SqlDialect dialect, CancellationToken cancellationToken)
    {
        var applied = await ReadAppliedAsync(connection, dialect, cancellationToken);
        Compare(applied, dialect);
        foreach (var migration in migrations.Skip(applied.Count))
        {
            await ExecuteAsync(connection, dialect.MigrationText(migration), cancellationToken);
            await RecordAsync(connection, dialect, migration, cancellationToken);
            LogApplied(migration.Number, migration.Name);
        }
    }

    /// <summary>The applied steps must be the beginning of ours, word for word.</summary>
    private void Compare(List<(int Number, string Name, string Checksum)> applied, SqlDialect dialect)
    {
        if (applied.Count > migrations.Count)
        {
            throw new StorageUnavailableException(
                $"The database is at schema {applied[^1].Number}, and this program knows no newer one than " +
                $"{migrations[^1].Number}: start a version of the program that is at least as new as the database.");
        }

        foreach (var (migration, (number, name, checksum)) in migrations.Zip(applied))
        {
            if (number != migration.Number || checksum != Migration.ChecksumOf(dialect.MigrationText(migration)))
            {
                throw new StorageUnavailableException(
                    $"Migration {number} '{name}' was applied to the database with another text than this program " +
                    "has: start the program that made this database, or restore the database's own backup.");
            }
        }
    }

    private static async Task<List<(int Number, string Name, string Checksum)>> ReadAppliedAsync(
        DbConnection connection, SqlDialect dialect, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            $"""
            CREATE TABLE IF NOT EXISTS schema_migration (
                number     integer PRIMARY KEY,
                name       text NOT NULL,
                checksum   text NOT NULL,
                applied_at {dialect.TimeType} NOT NULL
            )
            """,
            cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT number, name, checksum FROM schema_migration ORDER BY number";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new List<(int, string, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add((reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        }

        return applied;
    }

    private static Task RecordAsync(
        DbConnection connection, SqlDialect dialect, Migration migration, CancellationToken cancellationToken) =>
        ExecuteAsync(
            connection,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                INSERT INTO schema_migration (number, name, checksum, applied_at)
                VALUES ({migration.Number}, '{migration.Name}',
                        '{Migration.ChecksumOf(dialect.MigrationText(migration))}', {dialect.Now})
                """),
            cancellationToken);

    private static async Task ExecuteAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = TimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task RollBackAsync(DbConnection connection)
    {
        try
        {
            await ExecuteAsync(connection, "ROLLBACK", CancellationToken.None);
        }
        catch (DbException)
        {
            // The connection is gone, and with it the transaction. What went wrong first is what the caller hears.
        }
    }

    [LoggerMessage(3101, LogLevel.Information, "Schema {Number} '{Name}' applied to the database.")]
    private partial void LogApplied(int number, string name);
}
