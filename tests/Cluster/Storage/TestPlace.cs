using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Sluice.Silo.Storage.PostgreSql;

namespace Sluice.Cluster.Storage;

/// <summary>Somewhere to keep a new, empty database for one test, and a way in beside the storage under test.</summary>
internal abstract class TestPlace : IAsyncDisposable
{
    /// <summary>Makes the database; answers the settings that name it.</summary>
    public abstract Task<Dictionary<string, string?>> MakeAsync();

    /// <summary>A connection of the test's own.</summary>
    public abstract Task<DbConnection> ConnectAsync();

    public abstract ValueTask DisposeAsync();
}

internal sealed class PostgreSqlPlace(PostgreSqlFixture fixture) : TestPlace
{
    private string? _url;

    public override async Task<Dictionary<string, string?>> MakeAsync()
    {
        _url = await fixture.NewDatabaseAsync();
        return new() { ["Storage:DatabaseUrl"] = _url };
    }

    public override async Task<DbConnection> ConnectAsync()
    {
        var settings = DatabaseUrl.Read(_url!).Settings!;
        settings.Pooling = false;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask; // The server goes, with all its databases.
}

internal sealed class SqlitePlace : TestPlace
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-sqlite-").FullName;

    public string File => Path.Combine(_folder, "sluice.db");

    public override Task<Dictionary<string, string?>> MakeAsync() =>
        Task.FromResult<Dictionary<string, string?>>(new() { ["Storage:SqliteFile"] = File });

    public override async Task<DbConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
