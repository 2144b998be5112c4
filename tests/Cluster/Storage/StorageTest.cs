using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Clients;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.States;

namespace Sluice.Cluster.Storage;

/// <summary>
/// A test of the storage over a new database. What is said of both databases stands in an abstract class, and is run
/// on each of them by a class in <c>OnPostgreSql.cs</c> and one in <c>OnSqlite.cs</c>.
/// </summary>
public abstract class StorageTest : IAsyncLifetime
{
    private readonly TestPlace _place;
    private readonly List<ServiceProvider> _silos = [];
    private Dictionary<string, string?> _settings = [];

    private protected StorageTest(TestPlace place) => _place = place;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected ServiceProvider Silo { get; private set; } = null!; // Set before the test runs.

    private protected IDatabase Database => Silo.GetRequiredService<IDatabase>();

    private protected DatabaseGrainStorage States => Silo.GetRequiredService<DatabaseGrainStorage>();

    private protected IClientLedger Ledger => Silo.GetRequiredService<IClientLedger>();

    public virtual async ValueTask InitializeAsync()
    {
        _settings = await _place.MakeAsync();
        Silo = await StartSiloAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        await _place.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>One more silo on the same database, as another process would be.</summary>
    private protected async Task<ServiceProvider> StartSiloAsync(params (string Name, string Value)[] settings)
    {
        var silo = MakeSilo(settings);
        await silo.GetRequiredService<IDatabase>().PrepareAsync(Token);
        return silo;
    }

    /// <inheritdoc cref="StartSiloAsync"/>
    private protected ServiceProvider MakeSilo(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(_settings);
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var silo = StorageOf(all);
        _silos.Add(silo);
        return silo;
    }

    internal static ServiceProvider StorageOf(Dictionary<string, string?> settings) =>
        new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddStorage()
            .BuildServiceProvider();

    /// <summary>Runs SQL beside the storage; answers the first column of the rows.</summary>
    private protected async Task<List<string>> AskAsync(string sql)
    {
        await using var connection = await _place.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            rows.Add(Convert.ToString(reader.GetValue(reader.FieldCount - 1), null)!);
        }

        return rows;
    }

    private protected Task<System.Data.Common.DbConnection> ConnectAsync() => _place.ConnectAsync();
}
