using System.Data.Common;
using Npgsql;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.PostgreSql;

namespace Sluice.Silo.Safekeeping;

/// <summary>PostgreSQL, by its own COPY in text: it is exact for every type, and the same in every version.</summary>
internal sealed class PostgreSqlTables : TableStore
{
    private const string TablesSql = """
        SELECT c.relname, a.attname
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = CAST(current_schema AS regnamespace) AND c.relkind IN ('r', 'p')
          AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ORDER BY c.relname COLLATE "C", a.attnum
        """;

    private const string ReferencesSql = """
        SELECT child.relname, parent.relname
        FROM pg_constraint k
             JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
        WHERE k.contype = 'f' AND child.relnamespace = CAST(current_schema AS regnamespace)
        """;

    private readonly NpgsqlConnection _connection;

    private PostgreSqlTables(NpgsqlConnection connection) => _connection = connection;

    public override string Kind => "postgresql";

    public override SqlDialect Dialect => SqlDialect.PostgreSql;

    public override DbConnection Connection => _connection;

    public static async Task<PostgreSqlTables> OpenAsync(
        NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        settings.Pooling = false;
        settings.ApplicationName ??= "sluice";
        settings.PersistSecurityInfo = false;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return new PostgreSqlTables(connection);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            await connection.DisposeAsync();
            throw new BackupException(PostgreSqlProblem.SentenceOf(exception, settings), exception);
        }
    }

    public override async Task BeginSnapshotAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellationToken);

        // Before the first row is read, and with it the snapshot taken: a month of the audit trail that is let go
        // afterwards waits. Looked up in a transaction before, because looking takes the snapshot.
        var names = (await AllTablesAsync(cancellationToken)).Select(table => $"\"{table.Name}\"");
        await ExecuteAsync("COMMIT", cancellationToken);
        await ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellationToken);
        await ExecuteAsync($"LOCK TABLE {string.Join(", ", names)} IN ACCESS SHARE MODE", cancellationToken);
    }

    public override Task BeginWriteAsync(bool alone, CancellationToken cancellationToken) =>
        ExecuteAsync(alone ? Dialect.BeginMigration : "BEGIN", cancellationToken);

    public override async Task<List<TableShape>> AllTablesAsync(CancellationToken cancellationToken)
    {
        var columns = await ReadAsync(
            TablesSql, row => (Table: row.GetString(0), Column: row.GetString(1)), cancellationToken);
        return [.. columns.GroupBy(one => one.Table).Select(group =>
            new TableShape(group.Key, [.. group.Select(one => one.Column)]))];
    }

    public override async Task<long> CopyOutAsync(TableShape table, Stream to, CancellationToken cancellationToken)
    {
        // A query, because a table of several months cannot be copied by its name.
        using var reader = await _connection.BeginTextExportAsync(
            $"COPY (SELECT {table.ColumnList} FROM \"{table.Name}\") TO STDOUT", cancellationToken);
        var buffer = new byte[64 * 1024];
        var from = ((StreamReader)reader).BaseStream;
        long rows = 0;
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var length)
        {
            rows += buffer.AsSpan(0, length).Count((byte)'\n'); // A line's end within a text is written as \n.
            await to.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
        }

        return rows;
    }

    public override async Task CopyInAsync(TableShape table, Stream from, CancellationToken cancellationToken)
    {
        await using var writer = await _connection.BeginTextImportAsync(
            $"COPY \"{table.Name}\" ({table.ColumnList}) FROM STDIN", cancellationToken);
        try
        {
            await from.CopyToAsync(((StreamWriter)writer).BaseStream, cancellationToken);
        }
        catch
        {
            await writer.CancelAsync();
            throw;
        }
    }

    public override async Task<List<TableShape>> InOrderAsync(
        List<TableShape> tables, CancellationToken cancellationToken)
    {
        var references = await ReadAsync(
            ReferencesSql, row => (Child: row.GetString(0), Parent: row.GetString(1)), cancellationToken);
        var (left, ordered) = (tables.ToList(), new List<TableShape>());
        while (left.Count > 0)
        {
            var next = left.FindAll(table => !references.Exists(reference =>
                reference.Child == table.Name && reference.Parent != table.Name
                && left.Exists(other => other.Name == reference.Parent)));
            if (next.Count == 0)
            {
                throw new InvalidOperationException("Tables refer to each other in a circle.");
            }

            ordered.AddRange(next);
            left.RemoveAll(next.Contains);
        }

        return ordered;
    }

    public override async Task MoveSequencesAsync(long restoredAt, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            "UPDATE cluster SET version = greatest(version, $1)", cancellationToken, restoredAt);
        await ExecuteAsync(
            """
            SELECT setval(CAST(pg_get_serial_sequence(quote_ident(table_name), column_name) AS regclass), $1)
            FROM information_schema.columns WHERE table_schema = current_schema AND is_identity = 'YES'
            """,
            cancellationToken, restoredAt);
    }
}
