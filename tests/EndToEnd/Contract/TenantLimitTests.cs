using System.Net;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Contract;

/// <summary>Limits of a tenant, from an operator's words to what two of its clients are answered.</summary>
public sealed class TenantLimitTests(SharedSluice shared)
{
    [Fact]
    public async Task Two_clients_share_their_tenants_quota_and_are_told_whose_it_is()
    {
        var (tenant, one, other) = await TwoClientsAsync(
            new { name = "all", quota = "2 requests/day" }, new { name = "fast", rate = "100 requests/s" });
        (await one.ChatAsync()).Is(200);
        var answer = (await other.ChatAsync()).Is(200);
        Assert.StartsWith("tenant/", answer.Headers["x-sluice-limit"], StringComparison.Ordinal);

        foreach (var client in new[] { one, other })
        {
            var refused = (await client.ChatAsync()).IsError(429, "insufficient_quota");
            Assert.Equal("tenant/all", refused.Headers["x-sluice-limit"]);
            Assert.Equal("false", refused.Headers["x-should-retry"]);
            Assert.StartsWith(
                "You exceeded the current quota of your tenant ('all', requests).", refused.Message,
                StringComparison.Ordinal);
            var id = refused.Headers["x-sluice-decision"];
            var explained = (await shared.Admins.GetAsync($"decisions/{id}")).Is(HttpStatusCode.OK);
            Assert.Equal("tenant/all", explained.Text("refusedBy"));
        }

        var state = (await shared.Admins.GetAsync($"tenants/{tenant}/state")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(2, (long)state["limits"]!.AsArray().Single(limit => (string)limit!["name"]! == "all")!["used"]!);
    }

    [Fact]
    public async Task A_tenants_slots_are_free_again_when_calls_of_any_client_end()
    {
        var (tenant, one, other) = await TwoClientsAsync(new { name = "slots", kind = "concurrency", amount = 1 });
        using (var running = await one.StreamAsync(simulate: "hang-after=1"))
        {
            Assert.Equal(200, running.Status);
            var refused = (await other.ChatAsync()).IsError(429, "rate_limit_exceeded");
            Assert.Equal("1", refused.Headers["Retry-After"]);
            Assert.StartsWith(
                "Too many requests at once (limit 'slots' of your tenant).", refused.Message, StringComparison.Ordinal);
        }

        await Patience.UntilAsync(
            async () => (int)(await shared.Admins.GetAsync($"tenants/{tenant}/state")).Json["calls"]!,
            calls => calls == 0);
        (await other.ChatAsync()).Is(200);
    }

    [Fact]
    public async Task What_is_said_of_a_tenant_is_found_as_it_was_said_and_every_mistake_is_named()
    {
        var tenant = AdminClient.NewName("tenant");
        var limits = new object[] { new { name = "all", rate = "600 tokens/min" } };
        (await shared.Admins.PostAsync("tenants", new { tenant })).Is(HttpStatusCode.Created);

        (await shared.Admins.PutAsync($"tenants/{tenant}", new { tenant, timeZone = "Asia/Tokyo", limits }))
            .Is(HttpStatusCode.OK);
        var found = (await shared.Admins.GetAsync($"tenants/{tenant}")).Is(HttpStatusCode.OK).Json;
        var refused = (await shared.Admins.PutAsync($"tenants/{tenant}", new
        {
            tenant, timeZone = "Mars", limits = new object[] { new { name = "all", kind = "speed", amount = 1 } },
        })).Is(HttpStatusCode.BadRequest);

        Assert.Equal(("Asia/Tokyo", 2L), ((string)found["timeZone"]!, (long)found["version"]!));
        Assert.Equal("tokens", (string)found["limits"]![0]!["unit"]!);
        Assert.Contains("timeZone: 'Mars'", refused.Body, StringComparison.Ordinal);
        Assert.Contains("limits[0].kind", refused.Body, StringComparison.Ordinal);
    }

    private async Task<(string Tenant, EdgeClient One, EdgeClient Other)> TwoClientsAsync(params object[] limits)
    {
        var (tenant, plan) = (AdminClient.NewName("tenant"), AdminClient.NewName("plan"));
        (await shared.Admins.PostAsync("tenants", new { tenant, limits })).Is(HttpStatusCode.Created);
        (await shared.Admins.PostAsync("plans", new { plan, models = new { use = Everything } }))
            .Is(HttpStatusCode.Created);
        return (tenant, await NewClientAsync(tenant, plan, "one"), await NewClientAsync(tenant, plan, "other"));
    }

    private async Task<EdgeClient> NewClientAsync(string tenant, string plan, string name)
    {
        var client = (await shared.Admins.PostAsync("clients", new { tenant, name, plan })).Is(HttpStatusCode.Created);
        var issued = await shared.Admins.PostAsync($"clients/{client.Text("id")}/keys", new { label = "test" });
        return shared.Sluice.With(issued.Is(HttpStatusCode.Created).Text("key"));
    }

    private static readonly string[] Everything = ["*"];
}
