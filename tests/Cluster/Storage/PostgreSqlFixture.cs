using Npgsql;
using Sluice.Cluster.Storage;
using Sluice.Testing;

[assembly: AssemblyFixture(typeof(PostgreSqlFixture))]

namespace Sluice.Cluster.Storage;

/// <summary>
/// One server for the whole run, started by the first test that asks for it; a database for each test.
/// </summary>
public sealed class PostgreSqlFixture : IAsyncLifetime
{
    private readonly Lazy<Task<PostgreSqlServer>> _server = new(PostgreSqlServer.StartAsync);
    private int _databases;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Makes a database and answers its address. Skips the test where PostgreSQL is not installed.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        Assert.SkipWhen(PostgreSqlServer.WhyMissing is not null, PostgreSqlServer.WhyMissing ?? "");
        var server = await _server.Value;
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={server.Port};Username={PostgreSqlServer.User};" +
            $"Password={PostgreSqlServer.Password};Database=postgres;Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return server.UrlOf(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
