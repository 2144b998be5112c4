using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Cli.Admin;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Cli;

/// <summary>What operators do with <c>./sluice</c>, against a running installation.</summary>
public sealed partial class OperatorCommandTests(SharedSluice shared)
{
    [Fact]
    public async Task A_key_goes_through_its_life_by_commands()
    {
        var access = await shared.Admins.NewAccessAsync();

        var issued = (await RunAsync("keys", "issue", access.ClientId, "--label", "by hand")).Json;
        var key = (string)issued["key"]!;
        (await shared.Sluice.With(key).ChatAsync()).Is(200);
        var rotated = (await RunAsync(
            "keys", "rotate", access.ClientId, "key-1", "--rotation-id", "spring")).Json;
        var again = (await RunAsync("keys", "secret", access.ClientId, "key-1", "spring")).Json;
        Assert.Equal((string)rotated["key"]!, (string)again["key"]!);
        Assert.Equal(0, (await RunAsync("keys", "ack", access.ClientId, "key-1", "spring")).Code);
        Assert.Equal(0, (await RunAsync("keys", "revoke", access.ClientId, "2", "--reason", "tried")).Code);
        (await shared.Sluice.With(key).ChatAsync()).IsError(401, "api_key_revoked");

        var listed = (await RunAsync("keys", "list", access.ClientId, "-o", "json")).Json.AsArray();
        Assert.Equal([1, 2, 3], listed.Select(one => (int)one!["version"]!));
        Assert.Equal("revoked", (string)listed[1]!["state"]!);
        var table = (await RunAsync("keys", "list", access.ClientId)).Out;
        Assert.Contains("by hand", table, StringComparison.Ordinal);
        Assert.Contains("3 in all.", table, StringComparison.Ordinal);
        Assert.DoesNotContain(key, table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_is_made_suspended_and_explained_by_commands()
    {
        var access = await shared.Admins.NewAccessAsync();
        var made = (await RunAsync(
            "clients", "create", "--tenant", access.Tenant, "--name", "second", "--plan", access.Plan)).Json;
        var id = (string)made["id"]!;

        Assert.Equal(0, (await RunAsync("clients", "suspend", access.ClientId)).Code);
        (await shared.Sluice.With(access.Key).ChatAsync()).IsError(403, "client_suspended");
        Assert.Equal(0, (await RunAsync("clients", "resume", access.ClientId)).Code);
        (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);
        var explained = (await RunAsync(
            "explain", "--client", access.ClientId, "--model", EdgeClient.Model, "--input-tokens", "12")).Json;
        Assert.Equal("admitted", (string)explained["verdict"]!);
        var listed = (await RunAsync("clients", "list", "--tenant", access.Tenant, "-o", "json")).Json.AsArray();
        Assert.Equal(
            new[] { access.ClientId, id }.Order(StringComparer.Ordinal), listed.Select(one => (string)one!["id"]!));
    }

    [Fact]
    public async Task All_pages_of_a_list_are_one()
    {
        for (var i = 0; i < 3; i++)
        {
            await shared.Admins.NewAccessAsync();
        }

        var all = (await RunAsync("clients", "list", "-o", "json")).Json.AsArray();

        var expected = new List<string>();
        for (string? next = "", query = ""; next is not null; query = $"&after={next}")
        {
            var page = (await shared.Admins.GetAsync($"clients?limit=1000{query}")).Is(HttpStatusCode.OK).Json;
            expected.AddRange(page["items"]!.AsArray().Select(one => (string)one!["id"]!));
            next = (string?)page["next"];
        }

        Assert.Superset(
            all.Select(one => (string)one!["id"]!).ToHashSet(), expected.ToHashSet()); // Others make clients too.
    }

    [Theory]
    [InlineData(1, "There is no client 'nobody'", "clients", "show", "nobody")]
    [InlineData(2, "is no whole number", "explain", "--client", "c", "--model", "m", "--input-tokens", "x")]
    [InlineData(2, "Required argument 'client' missing", "keys", "list")]
    [InlineData(2, "No silo answers at", "status", "--admin", "http://127.0.0.1:9")]
    [InlineData(2, "cannot be read", "status", "--key-file", "/nowhere/admin.key")]
    [InlineData(2, "is no address", "status", "--admin", "nowhere")]
    public async Task A_command_that_fails_says_why_and_tells_a_script(int code, string said, params string[] command)
    {
        var answer = await RunAsync(command);

        Assert.Equal(code, answer.Code);
        Assert.Contains(said, answer.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(shared.Sluice.AdminKey, answer.Errors, StringComparison.Ordinal);
    }

    /// <summary>Guards the key of whoever has logged in from others on the machine, and from other addresses.</summary>
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Who_has_logged_in_need_not_name_the_key_again_and_it_goes_nowhere_else()
    {
        var home = Directory.CreateTempSubdirectory("sluice-login-").FullName;
        var (admin, adminKey) = (shared.Sluice.Admin.AbsoluteUri, shared.Sluice.AdminKey);
        try
        {
            var login = await RunAsAsync(home, admin, adminKey, "login");
            Assert.Equal((0, ""), (login.Code, login.Errors));
            Assert.DoesNotContain(adminKey, login.Out, StringComparison.Ordinal);
            var file = Path.Combine(home, "sluice", "login.json");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(0, (await RunAsAsync(home, null, null, "clients", "list")).Code);

            var elsewhere = await RunAsAsync(home, "http://127.0.0.1:1", null, "clients", "list");
            Assert.Equal(2, elsewhere.Code);
            Assert.Contains("no admin key", elsewhere.Errors, StringComparison.Ordinal);

            var refused = await RunAsAsync(home, admin, "no-key", "login");
            Assert.Equal(1, refused.Code);
            Assert.Equal(0, (await RunAsAsync(home, null, null, "clients", "list")).Code); // The one before is kept.

            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.GroupRead);
            var open = await RunAsAsync(home, null, null, "clients", "list");
            Assert.Equal(2, open.Code);
            Assert.Contains("chmod 600", open.Errors, StringComparison.Ordinal);

            Assert.Equal(0, (await RunAsAsync(home, null, null, "logout")).Code);
            Assert.False(File.Exists(file));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    /// <summary>Guards the table of commands from an admin API that has moved on.</summary>
    [Fact]
    public async Task Every_command_is_a_call_of_the_admin_API()
    {
        var document = JsonNode.Parse(
            (await shared.Admins.As(null).GetAsync("openapi.json")).Is(HttpStatusCode.OK).Body)!;
        var calls = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method =>
            $"{method.Key.ToUpperInvariant()} {Placeholder().Replace(path.Key, "{}")}")).ToHashSet();

        Assert.All(AdminVerbs.All, verb => Assert.Contains(
            $"{verb.Method} /admin/v1{Placeholder().Replace(verb.Path, "{}")}", calls));
    }

    private Task<Answer> RunAsync(params string[] command) => RunAsAsync(
        Path.GetTempPath(), shared.Sluice.Admin.AbsoluteUri, shared.Sluice.AdminKey, command);

    private static async Task<Answer> RunAsAsync(string home, string? admin, string? key, params string[] command)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Sluice.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. command])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["XDG_CONFIG_HOME"] = home;
        start.Environment["SLUICE_ADMIN"] = admin;
        start.Environment["SLUICE_ADMIN_KEY"] = key;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Patience.Token);
        var errors = process.StandardError.ReadToEndAsync(Patience.Token);
        await process.WaitForExitAsync(Patience.Token);
        return new Answer(process.ExitCode, await output, await errors);
    }

    private sealed record Answer(int Code, string Out, string Errors)
    {
        public JsonNode Json
        {
            get
            {
                Assert.True(Code == 0, Errors);
                return JsonNode.Parse(Out)!;
            }
        }
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Placeholder();
}
