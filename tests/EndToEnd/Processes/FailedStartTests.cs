using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Processes;

/// <summary>A process with good settings that cannot start: one line to act on, and exit code 1.</summary>
public sealed class FailedStartTests(Databases databases) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_database_that_is_down()
    {
        var line = await FailureAsync(
            "Silo", Silo(), ("Storage__DatabaseUrl", "postgres://sluice:hunter2@127.0.0.1:1/sluice"));

        Assert.Contains("127.0.0.1", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_refuses_the_password()
    {
        var url = new UriBuilder(await databases.NewAsync()) { Password = "of-someone-else" };

        var line = await FailureAsync("Silo", Silo(), ("Storage__DatabaseUrl", url.Uri.AbsoluteUri));

        Assert.Contains("password", line, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("of-someone-else", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("too short", "64 hexadecimal digits")]
    [InlineData(null, "cannot be read or written")]
    public async Task A_master_key_that_cannot_be_used(string? text, string part)
    {
        var key = text is null ? "/proc/no/master.key" : _folder.Write("master.key", text);

        Assert.Contains(
            part,
            await FailureAsync(
                "Silo", ["--sqlite-file", _folder.In("x.db"), "--admin-port", "0", "--master-key-file", key]),
            StringComparison.Ordinal);
    }

    /// <summary>Guards against silos that each make a key of their own, and refuse each other's clients.</summary>
    [Fact]
    public async Task A_master_key_that_silos_of_a_cluster_must_share_is_not_made()
    {
        var line = await FailureAsync(
            "Silo", [.. Silo(), "--port", "0"], ("Storage__DatabaseUrl", await databases.NewAsync()));

        Assert.Contains("Silos of a cluster share one", line, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.In("master.key")));
    }

    [Fact]
    public async Task A_port_for_operators_that_is_taken()
    {
        using var taken = Listen(out var port);
        _folder.Write("master.key", new string('5', 64));

        Assert.Equal(
            $"port {port} of 127.0.0.1 is taken: choose another --admin-port.",
            await FailureAsync(
                "Silo",
                [
                    "--sqlite-file", _folder.In("x.db"), "--admin-port", port,
                    "--master-key-file", _folder.In("master.key"),
                ]));
        Assert.False(File.Exists(_folder.In("x.db"))); // Nothing else was begun.
        Assert.Equal(
            $"port {port} of 127.0.0.1 is taken: choose another --admin-port.",
            await FailureAsync("Edge", [.. Edge("0"), "--admin-port", port]));
    }

    /// <summary>
    /// Without a silo in sight: whoever starts an edge hears of it now, not when the cluster comes up.
    /// </summary>
    [Fact]
    public async Task A_port_for_clients_that_is_taken()
    {
        using var taken = Listen(out var port);

        Assert.Equal(
            $"port {port} of 127.0.0.1 is taken: choose another --port.",
            await FailureAsync("Edge", [.. Edge(port), "--admin-port", "0"]));
    }

    [Fact]
    public async Task A_port_for_edges_that_is_taken()
    {
        using var taken = Listen(out var port);
        _folder.Write("master.key", new string('5', 64));

        var line = await FailureAsync(
            "Silo", [.. Silo(), "--port", port, "--Silo:ListenAddress", "127.0.0.1"],
            ("Storage__DatabaseUrl", await databases.NewAsync()));

        Assert.Contains(port, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines() => Assert.Contains(
        "192.0.2.1, where port 8080 is wanted, is no address of this machine",
        await FailureAsync("Edge", [.. Edge("8080"), "--admin-port", "0", "--Edge:ListenAddress", "192.0.2.1"]),
        StringComparison.Ordinal);

    [Fact]
    public async Task An_admin_key_file_that_cannot_be_written() => Assert.Contains(
        "Silo:AdminKeyFile '/proc/no/admin.key' cannot be read or written",
        await FailureAsync(
            "Silo",
            [
                "--sqlite-file", _folder.In("x.db"), "--admin-port", "0", "--master-key-file", _folder.In("master.key"),
                "--admin-key-file", "/proc/no/admin.key",
            ]),
        StringComparison.Ordinal);

    private static TcpListener Listen(out string port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        return listener;
    }

    private static string[] Edge(string port) =>
    [
        "--seed", "127.0.0.1:1", "--port", port, "--Edge:Pools:0:Name", "pool", "--Edge:Pools:0:Address",
        "http://127.0.0.1:1", "--Edge:Pools:0:Models:0", "m",
    ];

    /// <summary>The sentence behind "cannot start", of the one line on standard error.</summary>
    private static async Task<string> FailureAsync(
        string project, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var (code, output) = await Daemons.RunAsync(project, arguments, environment);
        var line = Assert.Single(output.Error.TrimEnd().Split('\n'));
        var beginning = $"Sluice.{project} cannot start: ";

        Assert.Equal(1, code);
        Assert.StartsWith(beginning, line, StringComparison.Ordinal);
        Assert.DoesNotContain(" is ready", output.Out, StringComparison.Ordinal);
        return line[beginning.Length..];
    }

    private string[] Silo() => ["--admin-port", "0", "--master-key-file", _folder.In("master.key")];
}
