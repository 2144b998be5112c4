using System.Globalization;

namespace Sluice.EndToEnd.Hosting;

/// <summary>A silo process that is ready, and its admin API.</summary>
public sealed class RunningSilo : IAsyncDisposable
{
    private readonly HttpClient _http = new();

    private RunningSilo(RunningProgram program, string? adminKey)
    {
        Program = program;
        Admin = program.AddressBehind("operators at");
        Admins = new AdminClient(_http, Admin, adminKey);
    }

    public RunningProgram Program { get; }

    public Uri Admin { get; }

    /// <summary>The admin API, with the first administrator's key.</summary>
    public AdminClient Admins { get; }

    /// <summary>Starts it and returns when it says that it is ready.</summary>
    /// <param name="folder">Keeps its master key and admin key; the same folder is the same installation.</param>
    /// <param name="databaseUrl">A PostgreSQL database.</param>
    /// <param name="port">For edges; null for a silo alone.</param>
    /// <param name="environment">More settings.</param>
    public static async Task<RunningSilo> StartAsync(
        TempFolder folder, string databaseUrl, int? port = null, params (string Name, string Value)[] environment)
    {
        var program = Start(folder, databaseUrl, port, environment);
        try
        {
            await program.SaysAsync(" is ready: ");
            var key = await File.ReadAllTextAsync(folder.In("admin.key"), Patience.Token);
            return new RunningSilo(program, key.Trim());
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, without waiting.</summary>
    public static RunningProgram Start(
        TempFolder folder, string databaseUrl, int? port, params (string Name, string Value)[] environment)
    {
        var masterKey = folder.In("master.key");
        if (!File.Exists(masterKey))
        {
            folder.Write("master.key", new string('5', 64));
        }

        var arguments = new List<string>
        {
            "--admin-port", "0", "--master-key-file", masterKey, "--admin-key-file", folder.In("admin.key"),
        };
        if (port is { } cluster)
        {
            arguments.AddRange(
            [
                "--port", cluster.ToString(CultureInfo.InvariantCulture), "--address", "127.0.0.1",
                "--Silo:ListenAddress", "127.0.0.1",
            ]);
        }

        return Daemons.Start(
            "Silo",
            arguments,
            [("Storage__DatabaseUrl", databaseUrl), ("Storage__CommandTimeout", "00:01:00"), .. environment]);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Program.DisposeAsync();
    }
}
