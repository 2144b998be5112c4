using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Cluster;

/// <summary>How an operator looks into a running installation.</summary>
public sealed class ClusterTests(SharedSluice shared)
{
    [Fact]
    public async Task The_cluster_tells_its_silos_and_what_they_do()
    {
        var access = await shared.Admins.NewAccessAsync();

        var report = (await shared.Admins.GetAsync("cluster")).Is(HttpStatusCode.OK).Json;

        Assert.Equal("BuiltIn", (string)report["engine"]!);
        Assert.NotEmpty((string)report["engineVersion"]!);
        Assert.Equal((1, 1), ((int)report["totals"]!["silos"]!, (int)report["totals"]!["silosReachable"]!));
        var silo = Assert.Single(report["silos"]!.AsArray())!;
        Assert.True((bool)silo["reachable"]!);
        Assert.True((bool)silo["self"]!);
        var figures = silo["figures"]!;
        Assert.True((double)figures["uptimeSeconds"]! > 0);
        Assert.True((double)figures["callsPerSecond"]! > 0);
        Assert.True((long)figures["memoryBytes"]! > 10_000_000);
        Assert.Contains(figures["types"]!.AsArray(), type => (string)type!["type"]! == "client");
        Assert.NotNull(access);
    }

    [Fact]
    public async Task Grains_in_memory_are_listed_by_type_and_queue()
    {
        var access = await shared.Admins.NewAccessAsync();

        var plans = (await shared.Admins.GetAsync("cluster/grains?type=plan&limit=1000")).Is(HttpStatusCode.OK).Json;
        Assert.All(plans["items"]!.AsArray(), grain => Assert.Equal("plan", (string)grain!["type"]!));
        Assert.Contains(plans["items"]!.AsArray(), grain => (string)grain!["key"]! == access.Plan);
        Assert.Empty(plans["unreachable"]!.AsArray());
        Assert.Single((await shared.Admins.GetAsync("cluster/grains?limit=1")).Json["items"]!.AsArray());
        Assert.Empty((await shared.Admins.GetAsync("cluster/grains?queue=1000000")).Json["items"]!.AsArray());

        var refusal = (await shared.Admins.GetAsync("cluster/grains?queue=-1&limit=0")).Is(HttpStatusCode.BadRequest);
        Assert.Contains("queue: -1", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("limit: 0", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clients_grain_shows_its_state_and_none_of_its_keys()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(10, "1m"));
        (await shared.Admins.As(access.Key).GetAsync("tenants")).Is(HttpStatusCode.Forbidden); // It is used, and known.

        var answer = (await shared.Admins.GetAsync($"grains/client/{access.ClientId}")).Is(HttpStatusCode.OK);

        Assert.Equal((true, "Active"), ((bool)answer.Json["active"]!, answer.Text("status")));
        var state = answer.Json["state"]!.AsObject();
        Assert.Equal(
            ["epoch", "limits", "plan", "planVersion", "shadowLimits", "slots"],
            state.Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(access.Plan, (string)state["plan"]!);
        var secret = access.Key[(access.Key.LastIndexOf('_') + 1)..];
        var digest = SHA256.HashData(Encoding.ASCII.GetBytes(secret));
        foreach (var text in new[]
        {
            access.Key, secret, Convert.ToBase64String(digest), Convert.ToHexString(digest), "mac", "digest",
        })
        {
            Assert.DoesNotContain(text, answer.Body, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_plans_grain_shows_the_plan_and_who_is_told_of_changes()
    {
        var access = await shared.Admins.NewAccessAsync();

        var state = (await shared.Admins.GetAsync($"grains/plan/{access.Plan}")).Is(HttpStatusCode.OK).Json["state"]!;

        Assert.Equal((access.Plan, 1), ((string)state["definition"]!["plan"]!, (int)state["subscribers"]!));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("a%2Fb%252Fc")]
    [InlineData("a/b%252Fc")]
    [InlineData("%22%3Cscript%3E%22%20%C3%BC")]
    public async Task A_grain_that_is_not_active_says_so_and_stays_so(string escaped)
    {
        for (var i = 0; i < 2; i++)
        {
            var answer = (await shared.Admins.GetAsync($"grains/plan/{escaped}")).Is(HttpStatusCode.OK).Json;

            Assert.False((bool)answer["active"]!);
            Assert.Equal(Uri.UnescapeDataString(escaped), (string)answer["key"]!);
            Assert.Null(answer["state"]);
            Assert.Null(answer["problem"]);
        }
    }

    [Fact]
    public async Task A_type_that_there_is_not_is_404_and_a_key_that_cannot_be_is_400()
    {
        (await shared.Admins.GetAsync("grains/nonsense/a")).Is(HttpStatusCode.NotFound);
        (await shared.Admins.GetAsync($"grains/client/{new string('a', 1025)}")).Is(HttpStatusCode.BadRequest);
        (await shared.Admins.GetAsync("grains/client/%20")).Is(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("admin", HttpStatusCode.OK)]
    [InlineData("auditor", HttpStatusCode.OK)]
    [InlineData("developer", HttpStatusCode.Forbidden)]
    [InlineData("user", HttpStatusCode.Forbidden)]
    public async Task Only_admins_and_auditors_may_look_inside(string role, HttpStatusCode expected)
    {
        var access = await shared.Admins.NewAccessAsync(role, ["*"], []);

        foreach (var path in new[] { "cluster", "cluster/grains", $"grains/client/{access.ClientId}" })
        {
            (await shared.Admins.As(access.Key).GetAsync(path)).Is(expected);
            (await shared.Admins.As(null).GetAsync(path)).Is(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Every_look_at_a_grain_is_logged_with_who_looked()
    {
        var access = await shared.Admins.NewAccessAsync("auditor", ["*"], []);

        (await shared.Admins.As(access.Key).GetAsync($"grains/plan/{access.Plan}%0Aforged")).Is(HttpStatusCode.OK);

        await shared.Sluice.Program.Output.WhenAsync(
            $"client/{access.ClientId}/{access.Version}, role auditor, "
            + $@"looks at grain plan/{access.Plan}\nforged.");
    }

    [Fact]
    public async Task The_api_describes_these_calls()
    {
        var paths = (await shared.Admins.GetAsync("openapi.json")).Is(HttpStatusCode.OK).Json["paths"]!.AsObject();

        foreach (var path in new[] { "/cluster", "/cluster/grains", "/grains/{type}/{key}" })
        {
            JsonNode? described = paths[$"/admin/v1{path}"];
            Assert.True(described is not null, $"{path} is not among {string.Join(' ', paths.Select(p => p.Key))}");
            Assert.NotEmpty((string)described["get"]!["summary"]!);
        }
    }
}
