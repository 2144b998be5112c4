using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.Sqlite;

namespace Sluice.Silo.Safekeeping;

/// <summary>A SQLite file, a row on a line as a JSON array. A silo that has it open goes on writing.</summary>
internal sealed class SqliteTables : TableStore
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(30);

    private readonly SqliteSession _session;

    private SqliteTables(SqliteSession session) => _session = session;

    public override string Kind => "sqlite";

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    public override DbConnection Connection => _session.Connection;

    /// <summary>Opens the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="makes">Whether it may be made; it is its owner's alone then.</param>
    /// <exception cref="BackupException">It cannot be opened.</exception>
    public static SqliteTables Open(string file, bool makes)
    {
        try
        {
            if (makes && !File.Exists(file))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
                OwnedFile.Create(file).Dispose();
            }

            var session = SqliteSession.Open(file, SqliteOpenMode.ReadWrite, BusyTimeout);
            session.Execute("PRAGMA foreign_keys = OFF"); // Rows come table by table; they are compared at the end.
            return new SqliteTables(session);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new BackupException(SqliteProblem.SentenceOf(exception, file), exception);
        }
    }

    /// <summary>The snapshot is that of the first read; the write-ahead log keeps it while others write.</summary>
    public override async Task BeginSnapshotAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("BEGIN", cancellationToken);
        await NumberAsync("SELECT count(*) FROM sqlite_master", cancellationToken);
    }

    public override Task BeginWriteAsync(bool alone, CancellationToken cancellationToken) =>
        ExecuteAsync(Dialect.BeginMigration, cancellationToken);

    public override async Task<List<TableShape>> AllTablesAsync(CancellationToken cancellationToken)
    {
        var names = await ReadAsync(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
            row => row.GetString(0), cancellationToken);
        var tables = new List<TableShape>();
        foreach (var name in names)
        {
            tables.Add(new TableShape(name, await ReadAsync(
                "SELECT name FROM pragma_table_info($1) ORDER BY cid", row => row.GetString(0), cancellationToken,
                name)));
        }

        return tables;
    }

    public override async Task<long> CopyOutAsync(TableShape table, Stream to, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(to);
        long rows = 0;
        await foreach (var row in EachAsync(
            $"SELECT {table.ColumnList} FROM \"{table.Name}\"", ValuesOf, cancellationToken))
        {
            json.WriteStartArray();
            foreach (var value in row)
            {
                WriteValue(json, value, table.Name);
            }

            json.WriteEndArray();
            await json.FlushAsync(cancellationToken);
            json.Reset();
            to.WriteByte((byte)'\n');
            rows++;
        }

        return rows;
    }

    public override async Task CopyInAsync(TableShape table, Stream from, CancellationToken cancellationToken)
    {
        var places = string.Join(", ", Enumerable.Range(1, table.Columns.Count).Select(
            place => string.Create(CultureInfo.InvariantCulture, $"${place}")));
        await using var insert = _session.Connection.CreateCommand();
        insert.CommandText = $"INSERT INTO \"{table.Name}\" ({table.ColumnList}) VALUES ({places})";
        for (var place = 1; place <= table.Columns.Count; place++)
        {
            insert.Parameters.Add(new SqliteParameter
            {
                ParameterName = string.Create(CultureInfo.InvariantCulture, $"${place}"),
            });
        }

        using var lines = new StreamReader(from);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            using var row = JsonDocument.Parse(line);
            var values = row.RootElement;
            for (var place = 0; place < table.Columns.Count; place++)
            {
                insert.Parameters[place].Value = ValueOf(values[place]);
            }

            await insert.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>References are looked at when all is there.</summary>
    public override Task<List<TableShape>> InOrderAsync(
        List<TableShape> tables, CancellationToken cancellationToken) => Task.FromResult(tables);

    /// <summary>There is one silo, and it counts nothing outside of tables.</summary>
    public override Task MoveSequencesAsync(long restoredAt, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <exception cref="BackupException">A row refers to one that is not there.</exception>
    public override async Task CommitAsync(CancellationToken cancellationToken)
    {
        var broken = await ReadAsync(
            "SELECT DISTINCT \"table\" FROM pragma_foreign_key_check", row => row.GetString(0), cancellationToken);
        if (broken.Count > 0)
        {
            throw new BackupException($"Rows of {string.Join(", ", broken)} refer to rows that are not there.");
        }

        await base.CommitAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        _session.Dispose();
        await base.DisposeAsync();
    }

    private static object[] ValuesOf(DbDataReader row)
    {
        var values = new object[row.FieldCount];
        row.GetValues(values);
        return values;
    }

    private static void WriteValue(Utf8JsonWriter json, object value, string table)
    {
        switch (value)
        {
            case long number:
                json.WriteNumberValue(number);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case DBNull:
                json.WriteNullValue();
                break;
            default:
                throw new InvalidOperationException($"Table {table} has a {value.GetType().Name}, which is not kept.");
        }
    }

    private static object ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetInt64(),
        JsonValueKind.String => value.GetString()!,
        _ => DBNull.Value,
    };
}
