using System.Diagnostics;
using System.Net;
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

    private async Task<Answer> RunAsync(params string[] command)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Sluice.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. command])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["SLUICE_ADMIN"] = shared.Sluice.Admin.AbsoluteUri;
        start.Environment["SLUICE_ADMIN_KEY"] = shared.Sluice.AdminKey;
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
