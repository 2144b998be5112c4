using System.Globalization;
using System.Net;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Processes;

/// <summary>A silo process on PostgreSQL: it serves, it goes in good order, and it comes back as it was.</summary>
public sealed class SiloProcessTests(Databases databases) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_serves_operators_stops_when_asked_and_comes_back_with_everything()
    {
        var url = await databases.NewAsync();
        Access access;
        string key;
        await using (var silo = await RunningSilo.StartAsync(_folder, url))
        {
            access = await silo.Admins.NewAccessAsync(Limits.Rate(5, "1h"));
            key = await File.ReadAllTextAsync(_folder.In("admin.key"), Patience.Token);
            (await silo.Admins.As(null).GetAsync("plans")).Is(HttpStatusCode.Unauthorized);
            foreach (var path in new[] { "/healthz", "/readyz", "/metrics" })
            {
                (await silo.Admins.GetAsync(path)).Is(HttpStatusCode.OK);
            }

            Assert.Equal(0, await silo.Program.StopAsync());
            Assert.EndsWith("Stopped.\n", silo.Program.Output.Out, StringComparison.Ordinal);
            Assert.Empty(silo.Program.Output.Error);
            Assert.DoesNotContain(" warn ", silo.Program.Output.Out, StringComparison.Ordinal);
            Assert.DoesNotContain(" error ", silo.Program.Output.Out, StringComparison.Ordinal);
        }

        await using var again = await RunningSilo.StartAsync(_folder, url);

        (await again.Admins.GetAsync($"clients/{access.ClientId}")).Is(HttpStatusCode.OK);
        Assert.Equal(key, await File.ReadAllTextAsync(_folder.In("admin.key"), Patience.Token));
    }

    [Fact]
    public async Task The_first_admin_key_is_for_its_owner_only_and_renewed_when_it_does_not_work()
    {
        var url = await databases.NewAsync();
        _folder.Write("admin.key", "a leftover of another installation\n");

        await using var silo = await RunningSilo.StartAsync(_folder, url);

        (await silo.Admins.GetAsync("plans")).Is(HttpStatusCode.OK);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.In("admin.key")));
        }

        var key = (await File.ReadAllTextAsync(_folder.In("admin.key"), Patience.Token)).Trim();
        Assert.DoesNotContain(key[^20..], silo.Program.Output.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_objects_is_in_force_when_it_is_ready()
    {
        var objects = _folder.Write("sluice.yaml", """
            tenants:
              - { tenant: acme }
            pools:
              - { name: gpu, address: http://10.0.0.7:8000, models: [m] }
            """);

        await using var silo = await RunningSilo.StartAsync(
            _folder, await databases.NewAsync(), environment: ("Silo__File", objects));

        Assert.Equal(objects, (await silo.Admins.GetAsync("tenants/acme")).Is(HttpStatusCode.OK).Text("ownedBy"));
        await silo.Program.SaysAsync($"The pools of {objects} are not used");
    }

    /// <summary>The address may come by any of these ways; it stands in no process list and in no log.</summary>
    [Theory]
    [InlineData("variable")]
    [InlineData("platform variable")]
    [InlineData("file")]
    [InlineData("settings file")]
    public async Task The_databases_address_comes_by_several_ways_and_is_told_nobody(string way)
    {
        var url = await databases.NewAsync();
        _folder.Write("master.key", new string('5', 64));
        string[] more = way switch
        {
            "file" => ["--database-url-file", _folder.Write("url", url + "\n")],
            "settings file" =>
                ["--config", _folder.Write("silo.json", "{\"Storage\":{\"DatabaseUrl\":\"" + url + "\"}}")],
            _ => [],
        };
        (string, string)[] variables = way switch
        {
            "variable" => [("Storage__DatabaseUrl", url)],
            "platform variable" => [("DATABASE_URL", url)],
            _ => [],
        };

        await using var program = Daemons.Start(
            "Silo",
            [
                "--admin-port", "0", "--master-key-file", _folder.In("master.key"),
                "--Logging:LogLevel:Default", "Debug", "--Storage:CommandTimeout", "00:01:00", .. more,
            ],
            variables);
        await program.SaysAsync(" is ready: ");

        Assert.Equal(0, await program.StopAsync());
        Assert.DoesNotContain(Testing.PostgreSqlServer.Password, program.Output.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Either_signal_asks_it_to_stop(string signal)
    {
        Assert.SkipWhen(
            signal == "INT" && IsIgnoredHere(2),
            "SIGINT is ignored here, as in a shell's background; what is started inherits that, and .NET keeps it.");
        _folder.Write("master.key", new string('5', 64));
        await using var program = Daemons.Start(
            "Silo",
            ["--admin-port", "0", "--master-key-file", _folder.In("master.key"), "--sqlite-file", _folder.In("x.db")]);
        await program.SaysAsync(" is ready: ");

        program.Signal(signal);
        await program.Exited.WaitAsync(Patience.Token);

        Assert.Equal(0, program.ExitCode);
    }

    private static bool IsIgnoredHere(int signal)
    {
        var line = File.ReadLines("/proc/self/status")
            .Single(status => status.StartsWith("SigIgn:", StringComparison.Ordinal));
        var ignored = ulong.Parse(line.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, null);
        return (ignored & (1ul << (signal - 1))) != 0;
    }
}
