using System.Data.Common;
using System.Globalization;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.PostgreSql;

namespace Sluice.Silo.Safekeeping;

/// <summary>A table, as the database has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns, in their order; none that the database works out by itself.</param>
internal sealed record TableShape(string Name, IReadOnlyList<string> Columns)
{
    /// <summary>The columns for a statement.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => $"\"{column}\""));
}

/// <summary>
/// A whole database, table by table, over one connection: in one snapshot to be read, or in one transaction to be
/// written. What is in a table is found out from the database, so that no later table can be forgotten.
/// </summary>
internal abstract class TableStore : IAsyncDisposable
{
    /// <summary>Processes and the program itself: they are not put back, but made anew.</summary>
    private static readonly string[] NotKept = ["schema_migration", "cluster", "silo", "silo_suspicion"];

    /// <summary>As a manifest has it.</summary>
    public abstract string Kind { get; }

    public abstract SqlDialect Dialect { get; }

    public abstract DbConnection Connection { get; }

    /// <summary>Opens the database that the settings name; as the owner of its tables, where that is another.</summary>
    /// <exception cref="BackupException">It cannot be opened; the message says why, without a password.</exception>
    public static async Task<TableStore> OpenAsync(
        StorageOptions options, bool makes, CancellationToken cancellationToken)
    {
        if (options.SqliteFile.Length > 0)
        {
            return SqliteTables.Open(options.SqliteFile, makes);
        }

        var text = makes && options.OwnerUrlFile.Length > 0
            ? (await File.ReadAllTextAsync(options.OwnerUrlFile, cancellationToken)).Trim()
            : options.DatabaseUrl;
        return await PostgreSqlTables.OpenAsync(
            DatabaseUrl.Read(text).Settings ?? throw new BackupException("No database is set that can be read."),
            cancellationToken);
    }

    /// <summary>From here on all that is read is of one moment.</summary>
    public abstract Task BeginSnapshotAsync(CancellationToken cancellationToken);

    /// <summary>From here on nothing is there for others before <see cref="CommitAsync"/>.</summary>
    /// <param name="alone">Whether silos that start must wait for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public abstract Task BeginWriteAsync(bool alone, CancellationToken cancellationToken);

    /// <summary>All tables there are, those that are not kept among them.</summary>
    public abstract Task<List<TableShape>> AllTablesAsync(CancellationToken cancellationToken);

    /// <summary>Reads a table.</summary>
    /// <returns>How many rows.</returns>
    public abstract Task<long> CopyOutAsync(TableShape table, Stream to, CancellationToken cancellationToken);

    /// <summary>Adds rows to a table, as <see cref="CopyOutAsync"/> wrote them.</summary>
    public abstract Task CopyInAsync(TableShape table, Stream from, CancellationToken cancellationToken);

    /// <summary>Which of these tables come first, because others refer to them.</summary>
    public abstract Task<List<TableShape>> InOrderAsync(
        List<TableShape> tables, CancellationToken cancellationToken);

    /// <summary>Counts that the database keeps outside of its tables go on from a moment.</summary>
    public abstract Task MoveSequencesAsync(long restoredAt, CancellationToken cancellationToken);

    public virtual Task CommitAsync(CancellationToken cancellationToken) => ExecuteAsync("COMMIT", cancellationToken);

    public virtual ValueTask DisposeAsync() => Connection.DisposeAsync();

    /// <summary>The tables that belong to a backup.</summary>
    public async Task<List<TableShape>> KeptTablesAsync(CancellationToken cancellationToken) =>
        (await AllTablesAsync(cancellationToken)).FindAll(table => !NotKept.Contains(table.Name));

    /// <summary>Runs a statement of this program's own.</summary>
    /// <returns>How many rows it changed.</returns>
    public async Task<int> ExecuteAsync(
        string sql, CancellationToken cancellationToken, params IReadOnlyList<object> values)
    {
        await using var command = CommandOf(sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads rows one after the other.</summary>
    public async Task<List<T>> ReadAsync<T>(
        string sql, Func<DbDataReader, T> row, CancellationToken cancellationToken, params IReadOnlyList<object> values)
    {
        var rows = new List<T>();
        await foreach (var one in EachAsync(sql, row, cancellationToken, values))
        {
            rows.Add(one);
        }

        return rows;
    }

    /// <summary>The same, without having all of them in memory.</summary>
    public async IAsyncEnumerable<T> EachAsync<T>(
        string sql, Func<DbDataReader, T> row,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken,
        params IReadOnlyList<object> values)
    {
        await using var command = CommandOf(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return row(reader);
        }
    }

    /// <summary>One number.</summary>
    public async Task<long> NumberAsync(string sql, CancellationToken cancellationToken) =>
        (await ReadAsync(sql, row => row.GetInt64(0), cancellationToken))[0];

    /// <summary>The database's clock; microseconds since 1970.</summary>
    public Task<long> NowAsync(CancellationToken cancellationToken) =>
        NumberAsync($"SELECT {Dialect.NowMicroseconds}", cancellationToken);

    private DbCommand CommandOf(string sql, IReadOnlyList<object> values)
    {
        var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0; // A large table takes as long as it takes; whoever waits can stop it.
        foreach (var value in values)
        {
            var parameter = command.CreateParameter();
            parameter.Value = value;
            if (Dialect == SqlDialect.Sqlite)
            {
                parameter.ParameterName = string.Create(
                    CultureInfo.InvariantCulture, $"${command.Parameters.Count + 1}");
            }

            command.Parameters.Add(parameter);
        }

        return command;
    }
}
