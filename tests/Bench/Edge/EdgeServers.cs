using System.Net;
using System.Text.Json;
using Sluice.Bench.Load;
using Sluice.Bench.Processes;
using Sluice.Testing;

namespace Sluice.Bench.Edge;

/// <summary>Something to load.</summary>
/// <param name="Load">Where and what to send.</param>
/// <param name="Own">The processes in front; empty for the pool itself.</param>
internal sealed record EdgeTarget(LoadTarget Load, IReadOnlyList<ServerProcess> Own)
{
    public string Name => Load.Name;
}

/// <summary>Every server of the benchmark, each a process: the pool, and the proxies in front of it.</summary>
internal sealed class EdgeServers : IAsyncDisposable
{
    public const string PoolName = "pool directly";
    public const string BareName = "bare YARP";
    public const string SluiceName = "Sluice";
    public const string RemoteName = "Sluice, remote silo";
    public const string ChunksName = "Sluice, remote silo, chunks";
    public const string NginxName = "nginx";

    private readonly List<ServerProcess> _processes = [];
    private SiloServer? _silo;
    private readonly List<EdgeTarget> _targets = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-bench-");
    private readonly bool _stream;

    private EdgeServers(bool stream) => _stream = stream;

    public IReadOnlyList<EdgeTarget> Targets => _targets;

    public ServerProcess Pool => _processes[0];

    /// <param name="stream">True: every request asks for a stream.</param>
    /// <param name="only">Which proxies to compare to bare YARP; empty: all.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<EdgeServers> StartAsync(
        bool stream, IReadOnlyCollection<string> only, CancellationToken cancellationToken)
    {
        var servers = new EdgeServers(stream);
        try
        {
            var pool = await servers.StartPoolAsync(cancellationToken);
            await servers.StartBareAsync(pool, cancellationToken);
            await StartIfWanted(SluiceName, servers.StartSluiceAsync);
            if (only.Count == 0 || only.Contains(RemoteName) || only.Contains(ChunksName))
            {
                await servers.StartRemoteAsync(
                    pool, withCalls: only.Count == 0 || only.Contains(RemoteName),
                    withChunks: only.Count == 0 || only.Contains(ChunksName), cancellationToken);
            }

            await StartIfWanted(NginxName, servers.StartNginxAsync);
            return servers;

            Task StartIfWanted(string name, Func<Uri, CancellationToken, Task> start) =>
                only.Count == 0 || only.Contains(name) ? start(pool, cancellationToken) : Task.CompletedTask;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task<Uri> StartPoolAsync(CancellationToken cancellationToken)
    {
        var (process, line) = await ServerProcess.StartAsync(
            "samples/SimulatedPool", ["--instant", "--port", "0"], "Simulated pool at ", cancellationToken);
        _processes.Add(process);
        var address = AddressIn(line);
        AddTarget(PoolName, address, null);
        return address;
    }

    private async Task StartBareAsync(Uri pool, CancellationToken cancellationToken)
    {
        var (process, line) = await ServerProcess.StartAsync(
            "tests/Bench", [BareProxy.CommandName, "--pool", pool.ToString()], BareProxy.ReadyText, cancellationToken);
        _processes.Add(process);
        AddTarget(BareName, AddressIn(line), null, process);
    }

    private async Task StartSluiceAsync(Uri pool, CancellationToken cancellationToken)
    {
        var data = _folder.CreateSubdirectory("data").FullName;
        var (process, _) = await ServerProcess.StartAsync(
            "src/Standalone",
            ["--port", "0", "--admin-port", "0", "--data", data, "--pool", pool.ToString()],
            "Stop with Ctrl-C.",
            cancellationToken);
        _processes.Add(process);
        await using var file = File.OpenRead(Path.Combine(data, "quickstart.json"));
        using var quickstart = await JsonDocument.ParseAsync(file, default, cancellationToken);
        string Told(string name) => quickstart.RootElement.GetProperty(name).GetString()!;
        var key = await BenchKey.IssueAsync(new Uri(Told("admin")), Told("adminKey"), cancellationToken);
        AddTarget(SluiceName, new Uri(Told("edge")), key, process);
    }

    /// <summary>
    /// An edge that asks a silo in another process; none where no PostgreSQL is. About one client it asks for every
    /// request, of the other it has chunks.
    /// </summary>
    private async Task StartRemoteAsync(
        Uri pool, bool withCalls, bool withChunks, CancellationToken cancellationToken)
    {
        if (PostgreSqlServer.WhyMissing is { } why)
        {
            await Console.Error.WriteLineAsync($"Without '{RemoteName}': {why}");
            return;
        }

        _silo = await SiloServer.StartAsync(cancellationToken);
        var adminKey = await _silo.AdminKeyAsync(cancellationToken);
        var (process, line) = await ServerProcess.StartAsync(
            "src/Edge",
            [
                "--seed", _silo.Seed, "--port", "0", "--admin-port", "0",
                "--Edge:Pools:0:Name", "pool", "--Edge:Pools:0:Address", pool.ToString(),
                "--Edge:Pools:0:Models:0", RequestBytes.Model,
                "--Logging:LogLevel:Sluice.Edge.Hosting", "Information",
            ],
            "is ready", cancellationToken);
        _processes.Add(process);
        if (withCalls)
        {
            var key = await BenchKey.IssueAsync(_silo.Admin, adminKey, cancellationToken);
            AddTarget(RemoteName, AddressIn(line), key, process, _silo.Process);
        }

        if (withChunks)
        {
            var key = await BenchKey.IssueForChunksAsync(_silo.Admin, adminKey, cancellationToken);
            AddTarget(ChunksName, AddressIn(line), key, process, _silo.Process);
        }
    }

    private async Task StartNginxAsync(Uri pool, CancellationToken cancellationToken)
    {
        if (await NginxProxy.StartAsync(pool, _folder.FullName, cancellationToken) is var (process, address))
        {
            _processes.Add(process);
            AddTarget(NginxName, address, null, process);
        }
    }

    private void AddTarget(string name, Uri address, string? key, params ServerProcess[] own)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address.Host), address.Port);
        _targets.Add(new EdgeTarget(
            new LoadTarget(name, endPoint, RequestBytes.Chat(address, key, _stream), _stream), own));
    }

    /// <summary>The first address in a line, without a path.</summary>
    private static Uri AddressIn(string line)
    {
        var text = line[line.IndexOf("http://", StringComparison.Ordinal)..].Split(' ', ',')[0];
        return new Uri(new Uri(text).GetLeftPart(UriPartial.Authority));
    }
}
