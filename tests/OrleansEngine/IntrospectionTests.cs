using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.OrleansEngine;

/// <summary>Operators see a cluster of Orleans through the same API as the built-in engine's.</summary>
public sealed class IntrospectionTests : SiloTest
{
    [Fact]
    public async Task The_report_names_the_silo_and_what_cannot_be_told_is_null()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var admin = await silo.MakeClientAsync("ops", "admin");

        var report = await ReadAsync(silo, admin, "cluster");

        Assert.Equal("Orleans", report.GetProperty("engine").GetString());
        Assert.True(report.GetProperty("viewVersion").GetInt64() > 0);
        var only = Assert.Single(report.GetProperty("silos").EnumerateArray());
        Assert.True(only.GetProperty("self").GetBoolean() && only.GetProperty("reachable").GetBoolean());
        Assert.InRange(only.GetProperty("figures").GetProperty("uptimeSeconds").GetDouble(), 0, 300);
        Assert.Equal(JsonValueKind.Null, report.GetProperty("totals").GetProperty("waiting").ValueKind);
    }

    [Fact]
    public async Task Grains_in_memory_are_listed_by_type()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var admin = await silo.MakeClientAsync("ops", "admin");
        var other = await silo.MakeClientAsync("acme", "user");

        var list = await ReadAsync(silo, admin, "cluster/grains?type=client");

        Assert.Equal(
            new[] { admin.ClientId, other.ClientId }.Order(StringComparer.Ordinal),
            list.GetProperty("items").EnumerateArray().Select(grain => grain.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task A_grain_shows_what_it_has_in_use()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var admin = await silo.MakeClientAsync("ops", "admin");

        var grain = await ReadAsync(silo, admin, $"grains/client/{admin.ClientId}");

        Assert.True(grain.GetProperty("active").GetBoolean());
        Assert.Equal("ops", grain.GetProperty("state").GetProperty("plan").GetString());
    }

    [Fact]
    public async Task Looking_at_a_grain_that_is_not_in_memory_does_not_begin_it()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var admin = await silo.MakeClientAsync("ops", "admin");

        var grain = await ReadAsync(silo, admin, "grains/tenant/nobody");
        var list = await ReadAsync(silo, admin, "cluster/grains?type=tenant");

        Assert.False(grain.GetProperty("active").GetBoolean());
        Assert.DoesNotContain("nobody", list.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_that_there_is_not_is_not_found()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var admin = await silo.MakeClientAsync("ops", "admin");

        using var answer = await silo.GetAsync("/admin/v1/grains/unicorn/1", Bearer(admin));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static async Task<JsonElement> ReadAsync(OrleansSilo silo, KeyText key, string path)
    {
        using var answer = await silo.GetAsync($"/admin/v1/{path}", Bearer(key));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Token));
    }

    private static AuthenticationHeaderValue Bearer(KeyText key) => new("Bearer", key.Format());
}
