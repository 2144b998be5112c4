using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Sluice.Chaos.Links;
using Sluice.Chaos.Load;
using Sluice.Testing;

namespace Sluice.Chaos.Processes;

/// <summary>
/// Silos and edges as processes, a PostgreSQL and a pool, with a <see cref="Link"/> wherever one connects to another.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    /// <summary>It takes a second or two, and far longer where many others want the processors.</summary>
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-chaos-");
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly IReadOnlyList<string> _poolSpeed;
    private int _started;

    private TestCluster(PostgreSqlServer database, IReadOnlyList<string> poolSpeed) =>
        (Database, _poolSpeed) = (database, poolSpeed);

    internal PostgreSqlServer Database { get; }

    internal List<Silo> Silos { get; } = [];

    /// <summary>The silos whose processes run.</summary>
    internal IReadOnlyList<Silo> Running => [.. Silos.Where(silo => !silo.Program.HasExited)];

    internal List<Edge> Edges { get; } = [];

    internal Program Pool { get; private set; } = null!;

    internal Admin Admin { get; private set; } = null!;

    internal Link PoolLink { get; private set; } = null!;

    /// <summary>The pool's own log, which it writes while it runs.</summary>
    internal string PoolLogFile => Path.Combine(_folder.FullName, "pool.jsonl");

    /// <summary>Where clients find the edges whose processes run.</summary>
    internal IReadOnlyList<Uri> EdgeAddresses =>
        [.. Edges.Where(edge => !edge.Program.HasExited).Select(edge => edge.Address)];

    /// <param name="silos">How many silos.</param>
    /// <param name="edges">How many edges.</param>
    /// <param name="poolSpeed">Options of the pool; it takes no time when there are none.</param>
    internal static async Task<TestCluster> StartAsync(int silos = 3, int edges = 3, params string[] poolSpeed)
    {
        var cluster = new TestCluster(await PostgreSqlServer.StartAsync(), poolSpeed);
        try
        {
            await cluster.BeginAsync(silos, edges);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more silo, at an address of its own.</summary>
    internal async Task<Silo> AddSiloAsync()
    {
        var name = $"silo-{++_started}";
        var (port, adminPort) = (FreePort.Next(), FreePort.Next());
        var link = new Link(() => port);
        var adminLink = new Link(() => adminPort);
        var databaseLink = new Link(() => Database.Port);
        var program = Program.Start(name, "src/Silo", [], new Dictionary<string, string>
        {
            ["Silo__Name"] = name,
            ["Silo__Port"] = Text(port),
            ["Silo__ListenAddress"] = "127.0.0.1",
            ["Silo__Address"] = "127.0.0.1",
            ["Silo__AdvertisedPort"] = Text(link.Port),
            ["Silo__AdminPort"] = Text(adminPort),
            ["Silo__MasterKeyFile"] = Path.Combine(_folder.FullName, "master.key"),
            ["Silo__AdminKeyFile"] = AdminKeyFile,
            ["Admission__DecisionsKept"] = "10000", // So that a whole run can be looked into.
            ["Storage__DatabaseUrl"] = string.Create(
                CultureInfo.InvariantCulture,
                $"postgres://{PostgreSqlServer.User}:{PostgreSqlServer.Password}@127.0.0.1:{databaseLink.Port}/"
                + $"postgres"),
        });
        var silo = new Silo(
            program, link, adminLink, databaseLink, new Uri($"http://127.0.0.1:{adminLink.Port}/"));
        Silos.Add(silo);
        await UntilReadyAsync(program, new Uri(silo.AdminAddress, "readyz"));
        return silo;
    }

    /// <summary>Starts one more edge.</summary>
    internal async Task<Edge> AddEdgeAsync()
    {
        var name = $"edge-{++_started}";
        var (port, adminPort) = (FreePort.Next(), FreePort.Next());
        var link = new Link(() => port);
        var environment = new Dictionary<string, string>
        {
            ["Edge__Name"] = name,
            ["Edge__Port"] = Text(port),
            ["Edge__ListenAddress"] = "127.0.0.1",
            ["Edge__AdminPort"] = Text(adminPort),
            ["Edge__StopDelay"] = "00:00:00",
            ["Edge__ChunksFromRequestsPerSecond"] = "10", // So that a load of this size gets any.
            ["Edge__Pools__0__Name"] = "pool",
            ["Edge__Pools__0__Address"] = $"http://127.0.0.1:{PoolLink.Port}",
            ["Edge__Pools__0__Models__0"] = "deepseek-chat",
        };
        foreach (var (i, silo) in Running.Index())
        {
            environment[$"Edge__Seeds__{i}"] = $"127.0.0.1:{silo.Link.Port}";
        }

        var program = Program.Start(name, "src/Edge", [], environment);
        var edge = new Edge(
            program, link, new Uri($"http://127.0.0.1:{link.Port}/"), new Uri($"http://127.0.0.1:{adminPort}/"));
        Edges.Add(edge);
        await UntilReadyAsync(program, new Uri($"http://127.0.0.1:{adminPort}/readyz"));
        return edge;
    }

    /// <summary>What an edge has counted so far; 0 when it has not counted that yet.</summary>
    /// <param name="edge">A running one.</param>
    /// <param name="metric">As <c>/metrics</c> writes it.</param>
    /// <param name="tag">Only what has this tag; null is all.</param>
    internal async Task<long> CountAsync(Edge edge, string metric, string? tag = null)
    {
        var metrics = await _http.GetStringAsync(new Uri(edge.AdminAddress, "metrics"));
        return (long)metrics.Split('\n')
            .Where(line => line.Split('{', ' ')[0] == metric
                && (tag is null || line.Contains(tag, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>A steady load of as many callers, each a client of its own.</summary>
    internal async Task<SteadyLoad> BeginLoadAsync(int callers)
    {
        var keys = new List<string>();
        for (var i = 0; i < callers; i++)
        {
            keys.Add((await Admin.NewClientAsync($"caller-{Silos.Count}-{++_started}")).Key);
        }

        var load = new SteadyLoad(EdgeAddresses, keys);
        try
        {
            await Eventually.True(() => load.Succeeded >= callers * 3, "The load has begun.");
        }
        catch (TimeoutException e)
        {
            var written = string.Join(Environment.NewLine, Edges.Select(edge => edge.Program.Output));
            throw new InvalidOperationException($"{e.Message} {await load.StopAsync()}. The edges wrote: {written}", e);
        }

        return load;
    }

    /// <summary>The silos of the newest view, as the table has them.</summary>
    internal async Task<long> CountSilosAsync()
    {
        await using var connection = new NpgsqlConnection(string.Create(
            CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={Database.Port};Username={PostgreSqlServer.User};"
            + $"Password={PostgreSqlServer.Password};Database=postgres;Pooling=false"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM silo WHERE status <> 'dead'";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var edge in Edges)
        {
            await edge.Program.DisposeAsync();
            await edge.Link.DisposeAsync();
        }

        foreach (var silo in Silos)
        {
            await silo.Program.DisposeAsync();
            await silo.Link.DisposeAsync();
            await silo.AdminLink.DisposeAsync();
            await silo.DatabaseLink.DisposeAsync();
        }

        if (Pool is not null)
        {
            await Pool.DisposeAsync();
            await PoolLink.DisposeAsync();
        }

        Admin?.Dispose();
        _http.Dispose();
        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string AdminKeyFile => Path.Combine(_folder.FullName, "admin.key");

    private async Task BeginAsync(int silos, int edges)
    {
        var poolPort = FreePort.Next();
        PoolLink = new Link(() => poolPort);
        Pool = Program.Start(
            "pool", "samples/SimulatedPool",
            ["--instant", "--port", Text(poolPort), "--call-log", PoolLogFile, .. _poolSpeed],
            new Dictionary<string, string>());
        await UntilReadyAsync(Pool, new Uri($"http://127.0.0.1:{poolPort}/health"));
        var masterKey = Path.Combine(_folder.FullName, "master.key");
        await SecretFile.WriteAsync(masterKey, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        for (var i = 0; i < silos; i++)
        {
            await AddSiloAsync();
        }

        Admin = new Admin(
            (await File.ReadAllTextAsync(AdminKeyFile)).Trim(),
            () => [.. Running.Select(silo => silo.AdminAddress)]);
        await Admin.PostAsync("tenants", new { tenant = "chaos" });
        for (var i = 0; i < edges; i++)
        {
            await AddEdgeAsync();
        }
    }

    private async Task UntilReadyAsync(Program program, Uri address)
    {
        try
        {
            await Eventually.True(
                async () =>
                {
                    Assert.False(program.HasExited, $"{program.Name} ended at once.");
                    try
                    {
                        using var response = await _http.GetAsync(address);
                        return response.IsSuccessStatusCode;
                    }
                    catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                    {
                        return false; // It does not listen yet.
                    }
                },
                $"{program.Name} is ready.",
                StartsWithin);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message} It wrote: {program.Output}", e);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Program">Its process.</param>
/// <param name="Link">By which edges and other silos reach it.</param>
/// <param name="AdminLink">By which operators reach it.</param>
/// <param name="DatabaseLink">By which it reaches the database.</param>
/// <param name="AdminAddress">Through its admin link.</param>
internal sealed record Silo(Program Program, Link Link, Link AdminLink, Link DatabaseLink, Uri AdminAddress);

/// <param name="Program">Its process.</param>
/// <param name="Link">By which clients reach it.</param>
/// <param name="Address">Through that link.</param>
/// <param name="AdminAddress">Where it tells its metrics.</param>
internal sealed record Edge(Program Program, Link Link, Uri Address, Uri AdminAddress);
