using System.Data.Common;
using Microsoft.Extensions.Options;
using Npgsql;
using Sluice.Silo.Storage.Migrations;

namespace Sluice.Silo.Storage.PostgreSql;

/// <summary>PostgreSQL 13 or newer, shared by all silos of an installation.</summary>
internal sealed class PostgreSqlDatabase : IDatabase
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _source;
    private readonly Migrator _migrator;
    private readonly string _ownerUrlFile;

    public PostgreSqlDatabase(IOptions<StorageOptions> options, Migrator migrator)
    {
        var seconds = (int)options.Value.CommandTimeout.TotalSeconds;
        var (settings, mistake) = DatabaseUrl.Read(options.Value.DatabaseUrl);
        _settings = settings ?? throw new StorageUnavailableException($"Storage:DatabaseUrl {mistake}");
        _settings.ApplicationName ??= "sluice";
        _settings.CommandTimeout = seconds;
        _settings.Timeout = seconds;
        _settings.MaxPoolSize = options.Value.ConnectionsMax;
        _settings.MinPoolSize = Math.Min(_settings.MinPoolSize, _settings.MaxPoolSize);
        _settings.MaxAutoPrepare = 64; // More than there are statements; each is one constant text.
        _settings.AutoPrepareMinUsages = 2;
        _settings.NoResetOnClose = true; // Nothing is left in a session but what EnsureDurable set, which must stay.
        _settings.PersistSecurityInfo = false;
        var builder = new NpgsqlDataSourceBuilder(_settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(EnsureDurable, EnsureDurableAsync);
        _source = builder.Build();
        _migrator = migrator;
        _ownerUrlFile = options.Value.OwnerUrlFile;
    }

    public SqlDialect Dialect => SqlDialect.PostgreSql;

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_ownerUrlFile.Length > 0)
            {
                await PrepareAsOwnerAsync(cancellationToken);
                return;
            }

            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await _migrator.RunAsync(connection, Dialect, cancellationToken);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            throw new StorageUnavailableException(PostgreSqlProblem.SentenceOf(exception, _settings), exception);
        }
    }

    private async Task PrepareAsOwnerAsync(CancellationToken cancellationToken)
    {
        var (settings, mistake) = DatabaseUrl.Read(
            (await File.ReadAllTextAsync(_ownerUrlFile, cancellationToken)).Trim());
        if (settings is null)
        {
            throw new StorageUnavailableException($"Storage:OwnerUrlFile holds an address that {mistake}");
        }

        settings.Pooling = false; // It is needed once, and nothing of it stays.
        await using var owner = new NpgsqlConnection(settings.ConnectionString);
        await owner.OpenAsync(cancellationToken);
        await _migrator.RunAsync(owner, Dialect, cancellationToken);
        await SiloGrants.GrantAsync(owner, _settings.Username ?? Environment.UserName, cancellationToken);
    }

    public async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(ProbeTimeout);
        try
        {
            await ReadAsync(new Statement("SELECT 1"), row => row.GetInt32(0), limited.Token);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return $"PostgreSQL: {PostgreSqlProblem.ReasonOf(exception)}.";
        }
    }

    public Task<List<T>> ReadAsync<T>(
        Statement statement, Func<DbDataReader, T> row, CancellationToken cancellationToken) =>
        WriteAsync([statement], row, cancellationToken);

    public async Task<List<T>> WriteAsync<T>(
        IReadOnlyList<Statement> statements, Func<DbDataReader, T> row, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);

        // A batch is one message and one transaction: no round trip between its statements, and none that a dead silo
        // could leave open with its locks.
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (sql, values) in statements)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = InUtc(value) });
            }

            batch.BatchCommands.Add(command);
        }

        var rows = new List<T>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(row(reader));
            }
        }
        while (await reader.NextResultAsync(cancellationToken));
        return rows;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static object InUtc(object value) => value is DateTimeOffset time ? time.ToUniversalTime() : value;

    // A server, database or user may have synchronous_commit switched off; an answer of ours means durable.
    private const string DurableSql =
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    private static void EnsureDurable(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(DurableSql, connection);
        command.ExecuteNonQuery();
    }

    private static async Task EnsureDurableAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(DurableSql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
