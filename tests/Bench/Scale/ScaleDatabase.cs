using System.Globalization;
using Npgsql;
using Sluice.Testing;

namespace Sluice.Bench.Scale;

/// <summary>The silo's PostgreSQL, as its administrator sees it.</summary>
internal sealed class ScaleDatabase(int port) : IAsyncDisposable
{
    /// <summary>What the server has done so far.</summary>
    /// <param name="Commits">Transactions.</param>
    /// <param name="LogBytes">Write-ahead log.</param>
    /// <param name="Rows">Rows inserted, updated and deleted.</param>
    public readonly record struct Work(long Commits, long LogBytes, long Rows)
    {
        public static Work operator -(Work left, Work right) =>
            new(left.Commits - right.Commits, left.LogBytes - right.LogBytes, left.Rows - right.Rows);
    }

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(string.Create(
        CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={port};Username={PostgreSqlServer.User};Password={PostgreSqlServer.Password};"
        + $"Database=postgres;Command Timeout=600"));

    public static string ClientId(int client) => string.Create(CultureInfo.InvariantCulture, $"scale{client:D9}");

    /// <summary>
    /// Makes clients like one that there is: the same plan and the same key, an id of their own each.
    /// </summary>
    public async Task CopyClientAsync(string template, int from, int until, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("""
            INSERT INTO grain_state (grain_type, grain_key, state_name, version, payload, modified_at)
            SELECT grain_type, 'scale' || lpad(i::text, 9, '0'), state_name, 1,
                   jsonb_set(payload, '{definition,name}', to_jsonb('scale-' || i)), now()
            FROM grain_state, generate_series($2, $3 - 1) AS i
            WHERE grain_type = 'client' AND grain_key = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = template });
        command.Parameters.Add(new NpgsqlParameter { Value = from });
        command.Parameters.Add(new NpgsqlParameter { Value = until });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What the clients take on the disk, indexes included.</summary>
    public async Task<long> BytesAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("SELECT pg_total_relation_size('grain_state')");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<Work> WorkAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("""
            SELECT xact_commit, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,
                   tup_inserted + tup_updated + tup_deleted
            FROM pg_stat_database WHERE datname = 'postgres'
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Work(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
