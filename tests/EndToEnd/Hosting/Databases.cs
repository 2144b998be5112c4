using Npgsql;
using Sluice.EndToEnd.Hosting;
using Sluice.Testing;

[assembly: AssemblyFixture(typeof(Databases))]

namespace Sluice.EndToEnd.Hosting;

/// <summary>
/// One PostgreSQL for the whole run, started by the first test that asks for it; a database for each that asks.
/// </summary>
public sealed class Databases : IAsyncLifetime
{
    private readonly Lazy<Task<PostgreSqlServer>> _server = new(PostgreSqlServer.StartAsync);
    private int _databases;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Makes a database and answers its address. Skips the test where PostgreSQL is not installed.</summary>
    public async Task<string> NewAsync()
    {
        Assert.SkipWhen(PostgreSqlServer.WhyMissing is not null, PostgreSqlServer.WhyMissing ?? "");
        var server = await _server.Value;
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={server.Port};Username={PostgreSqlServer.User};"
            + $"Password={PostgreSqlServer.Password};Database=postgres;Pooling=false");
        await connection.OpenAsync(Patience.Token);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(Patience.Token);
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
