using System.Net;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Installation;

/// <summary>What someone finds who starts it for the first time, and what it keeps to itself.</summary>
public sealed class StandaloneTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Help_lists_every_option()
    {
        await using var program = RunningProgram.Start(_folder.Path, ["--help"], new Dictionary<string, string>());
        await program.Exited.WaitAsync(Patience.Token);

        Assert.Equal(0, program.ExitCode);
        foreach (var option in new[] { "--port", "--admin-port", "--data", "--config", "--pool", "--pool-key-file" })
        {
            Assert.Contains(option, program.Output.Out, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task An_unknown_option_is_refused()
    {
        await using var program = RunningProgram.Start(_folder.Path, ["--prot", "1"], new Dictionary<string, string>());
        await program.Exited.WaitAsync(Patience.Token);

        Assert.NotEqual(0, program.ExitCode);
        Assert.Contains("--prot", program.Output.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_start_is_ready_to_use_and_its_secrets_are_for_their_owner_only()
    {
        await using var sluice = await StartAsync();

        (await sluice.With(sluice.ApiKey).ChatAsync()).Is(200);
        (await sluice.Admins.GetAsync("clients")).Is(HttpStatusCode.OK);
        (await sluice.Admins.As(sluice.ApiKey).GetAsync("clients")).Is(HttpStatusCode.Forbidden);
        foreach (var address in new[] { sluice.Edge, sluice.Admin })
        {
            using var health = await sluice.Http.GetAsync(new Uri(address, "/healthz"), Patience.Token);
            using var ready = await sluice.Http.GetAsync(new Uri(address, "/readyz"), Patience.Token);
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (health.StatusCode, ready.StatusCode));
        }

        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder.In("data/quickstart.json")));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder.In("data/master.key")));
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.In("data")));
        }
    }

    /// <summary>With every log line there is: whoever reads the log must not be able to call with it.</summary>
    [Fact]
    public async Task No_secret_is_printed_but_the_demo_key_in_its_line_to_paste()
    {
        await using var sluice = await StartAsync(
            ("Logging__LogLevel__Default", "Trace"),
            ("Logging__LogLevel__Microsoft.AspNetCore", "Trace"),
            ("Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics", "Trace"),
            ("Logging__LogLevel__Yarp", "Trace"),
            ("Logging__LogLevel__Yarp.ReverseProxy.Forwarder.HttpForwarder", "Trace"));
        var access = await sluice.Admins.NewAccessAsync(Limits.Rate(5, "1h"));
        (await sluice.With(access.Key).ChatAsync()).Is(200);
        (await sluice.With(WrongKeys.OtherSecret(access.Key)).ChatAsync()).IsError(401, "invalid_api_key");
        (await sluice.With(WrongKeys.Mistyped(access.Key)).ChatAsync()).IsError(401, "invalid_api_key");
        (await sluice.With(sluice.ApiKey).ChatAsync(simulate: "status=500")).IsError(502, "pool_error");
        var masterKey = await File.ReadAllTextAsync(_folder.In("data/master.key"), Patience.Token);
        Assert.Equal(0, await sluice.Program.StopAsync());

        var output = sluice.Program.Output.All;
        Assert.Contains("debug Sluice.Grains.Clients.ClientGrain", output, StringComparison.Ordinal);
        Assert.Contains("Microsoft.AspNetCore.Hosting.Diagnostics", output, StringComparison.Ordinal);
        Assert.Contains("Yarp.ReverseProxy.Forwarder.HttpForwarder", output, StringComparison.Ordinal);
        foreach (var secret in new[] { access.Key, sluice.AdminKey, WrongKeys.Mistyped(access.Key), masterKey.Trim() })
        {
            Assert.DoesNotContain(secret, output, StringComparison.Ordinal);
            Assert.DoesNotContain(secret[^20..], output, StringComparison.Ordinal);
        }

        var shown = Assert.Single(output.Split('\n'), line => line.Contains(sluice.ApiKey, StringComparison.Ordinal));
        Assert.Contains("curl", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_configuration_file_owns_is_changed_there_and_nowhere_else()
    {
        Directory.CreateDirectory(_folder.In("data"));
        var file = _folder.Write("data/sluice.yaml", """
            tenants:
              - { tenant: acme, displayName: Acme }
            plans:
              - plan: basic
                models: { use: ["*"] }
                limits:
                  - { name: requests, kind: rate, amount: 5, period: 1h }
            clients:
              - { tenant: acme, name: app, plan: basic }
            """);
        string id;
        await using (var sluice = await StartAsync())
        {
            var clients = (await sluice.Admins.GetAsync("clients?tenant=acme")).Is(HttpStatusCode.OK).Json;
            var client = Assert.Single(clients["items"]!.AsArray())!;
            id = (string)client["id"]!;
            Assert.Equal(file, (string)client["ownedBy"]!);

            foreach (var refused in new[]
            {
                await sluice.Admins.PutAsync("tenants/acme", new { displayName = "Other" }),
                await sluice.Admins.PutAsync("plans/basic", new { models = new { use = Array.Empty<string>() } }),
                await sluice.Admins.PatchAsync($"clients/{id}", new { suspended = true }),
            })
            {
                Assert.Contains(file, refused.Is(HttpStatusCode.Conflict).Detail, StringComparison.Ordinal);
            }

            (await sluice.Admins.PostAsync($"clients/{id}/keys", new { })).Is(HttpStatusCode.Created);
            Assert.Equal(0, await sluice.Program.StopAsync());
        }

        var text = await File.ReadAllTextAsync(file, Patience.Token);
        await File.WriteAllTextAsync(
            file, text.Replace("amount: 5", "amount: 7", StringComparison.Ordinal), Patience.Token);
        await using var again = await StartAsync();

        var plan = (await again.Admins.GetAsync("plans/basic")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(7, (int)plan["limits"]![0]!["amount"]!);
        Assert.Single((await again.Admins.GetAsync($"clients/{id}/keys")).Json["items"]!.AsArray());
    }

    private Task<SluiceProcess> StartAsync(params (string Name, string Value)[] environment)
    {
        var byName = environment.ToDictionary(pair => pair.Name, pair => pair.Value);
        return SluiceProcess.StartAsync(new SluiceSettings { Data = _folder.In("data"), Environment = byName });
    }
}
