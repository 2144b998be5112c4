using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Sluice.Testing;

namespace Sluice.Bench.Processes;

/// <summary>A silo in a process of its own, on a PostgreSQL of its own.</summary>
internal sealed class SiloServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-bench-silo-");
    private readonly int _port = FreePort();
    private readonly int _adminPort = FreePort();
    private PostgreSqlServer? _database;
    private ServerProcess? _process;

    private SiloServer()
    {
    }

    public ServerProcess Process => _process!;

    public int DatabasePort => _database!.Port;

    /// <summary>Where edges find it: host and port.</summary>
    public string Seed => $"127.0.0.1:{Text(_port)}";

    public Uri Admin => new($"http://127.0.0.1:{Text(_adminPort)}");

    /// <exception cref="BenchException">There is no PostgreSQL here, or the silo did not start.</exception>
    public static async Task<SiloServer> StartAsync(CancellationToken cancellationToken)
    {
        if (PostgreSqlServer.WhyMissing is { } why)
        {
            throw new BenchException(why);
        }

        var silo = new SiloServer();
        try
        {
            await silo.BeginAsync(cancellationToken);
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    /// <summary>The key of its first administrator.</summary>
    public async Task<string> AdminKeyAsync(CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(AdminKeyFile, cancellationToken)).Trim();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private string AdminKeyFile => Path.Combine(_folder.FullName, "admin.key");

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        _database = await PostgreSqlServer.StartAsync();
        var masterKey = Path.Combine(_folder.FullName, "master.key");
        await SecretFile.WriteAsync(masterKey, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        var url = Path.Combine(_folder.FullName, "database.url");
        await File.WriteAllTextAsync(url, _database.UrlOf("postgres"), cancellationToken);
        (_process, _) = await ServerProcess.StartAsync(
            "src/Silo",
            [
                "--port", Text(_port), "--address", "127.0.0.1", "--admin-port", Text(_adminPort),
                "--database-url-file", url, "--master-key-file", masterKey, "--admin-key-file", AdminKeyFile,
                "--Logging:LogLevel:Sluice.Silo.Hosting", "Information",
            ],
            "is ready", cancellationToken);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
