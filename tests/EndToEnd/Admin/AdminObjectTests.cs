using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Admin;

/// <summary>Making, listing and changing, and what is said of mistakes.</summary>
public sealed class AdminObjectTests(SharedSluice shared)
{
    private static readonly string[] Everything = ["*"];
    private static readonly string[] NoPatterns = ["deep*seek", ""];

    [Fact]
    public async Task What_is_made_is_found_as_it_was_made()
    {
        var access = await shared.Admins.NewAccessAsync(
            Limits.Rate(10, "1m", burst: 3), Limits.Slots(4), Limits.Quota(5));

        var plan = (await shared.Admins.GetAsync($"plans/{access.Plan}")).Is(HttpStatusCode.OK).Json;
        var client = (await shared.Admins.GetAsync($"clients/{access.ClientId}")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(
            """
            [{"name":"requests","kind":"rate","amount":10,"burst":3,"period":"1m","calendar":null,
            "unit":null},
            {"name":"at-once","kind":"concurrency","amount":4,"burst":null,"period":null,"calendar":null,
            "unit":null},
            {"name":"monthly","kind":"quota","amount":5,"burst":null,"period":null,"calendar":"month",
            "unit":null}]
            """.ReplaceLineEndings(""),
            plan["limits"]!.ToJsonString());
        Assert.Equal(1, (int)plan["version"]!);
        Assert.Equal((access.Tenant, access.Name, access.Plan, "user", false),
            ((string)client["tenant"]!, (string)client["name"]!, (string)client["plan"]!, (string)client["role"]!,
                (bool)client["suspended"]!));
    }

    [Fact]
    public async Task A_list_comes_in_pages_that_miss_nothing_and_repeat_nothing()
    {
        var tenant = AdminClient.NewName("tenant");
        (await shared.Admins.PostAsync("tenants", new { tenant })).Is(HttpStatusCode.Created);
        var plan = AdminClient.NewName("plan");
        (await shared.Admins.PostAsync("plans", new { plan })).Is(HttpStatusCode.Created);
        var made = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            var name = $"client-{i}";
            var client = await shared.Admins.PostAsync("clients", new { tenant, name, plan });
            made.Add(client.Is(HttpStatusCode.Created).Text("id"));
        }

        var listed = new List<string>();
        string? after = null;
        do
        {
            var from = after is null ? "" : $"&after={after}";
            var page = (await shared.Admins.GetAsync($"clients?tenant={tenant}&limit=3{from}")).Is(HttpStatusCode.OK);
            var items = page.Json["items"]!.AsArray();
            Assert.InRange(items.Count, 0, 3);
            listed.AddRange(items.Select(item => (string)item!["id"]!));
            after = (string?)page.Json["next"];
        }
        while (after is not null);

        Assert.Equal(made.Order(StringComparer.Ordinal), listed);
    }

    [Theory]
    [InlineData("tenants?limit=0")]
    [InlineData("plans?limit=1001")]
    [InlineData("clients?limit=-1")]
    public async Task A_page_of_no_sensible_size_is_400(string path) =>
        AllIn(await shared.Admins.GetAsync(path), "limit");

    [Fact]
    public async Task Making_something_twice_is_409()
    {
        var access = await shared.Admins.NewAccessAsync();

        (await shared.Admins.PostAsync("tenants", new { tenant = access.Tenant })).Is(HttpStatusCode.Conflict);
        (await shared.Admins.PostAsync("plans", new { plan = access.Plan })).Is(HttpStatusCode.Conflict);
        var client = new { tenant = access.Tenant, name = access.Name, plan = access.Plan };
        (await shared.Admins.PostAsync("clients", client)).Is(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        foreach (var path in new[]
        {
            "tenants/no-such", "plans/no-such", "clients/zzzzzzzzzzzz", "clients/nonsense", "clients/zzzzzzzzzzzz/keys",
            "clients/zzzzzzzzzzzz/state", "plans/NO_SUCH",
        })
        {
            Assert.NotEmpty((await shared.Admins.GetAsync(path)).Is(HttpStatusCode.NotFound).Detail);
        }

        (await shared.Admins.PutAsync("plans/no-such", new { })).Is(HttpStatusCode.NotFound);
        (await shared.Admins.PatchAsync("clients/zzzzzzzzzzzz", new { })).Is(HttpStatusCode.NotFound);
        (await shared.Admins.PostAsync("clients/zzzzzzzzzzzz/keys", new { })).Is(HttpStatusCode.NotFound);
        (await shared.Admins.PostAsync("clients/zzzzzzzzzzzz/keys/1/revoke", new { })).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Every_mistake_in_how_limits_are_written_is_named()
    {
        var answer = await shared.Admins.PostAsync("plans", new
        {
            plan = AdminClient.NewName("plan"),
            limits = new object[]
            {
                new { name = "a", kind = "speed", amount = 1 },
                new { name = "b", kind = "rate", amount = 1, period = "soon" },
                new { name = "c", kind = "quota", amount = 1, calendar = "year" },
                new { kind = "concurrency", amount = 1 },
            },
        });

        AllIn(answer, "limits[0].kind", "limits[1].period", "limits[2].calendar", "limits[3].name");
    }

    [Fact]
    public async Task Every_limit_and_pattern_that_makes_no_sense_is_named()
    {
        var answer = await shared.Admins.PostAsync("plans", new
        {
            plan = AdminClient.NewName("plan"),
            models = new { use = NoPatterns },
            limits = new object[]
            {
                Limits.Rate(0, "1m", name: "a"), Limits.Slots(-5, "b"), Limits.Quota(1, "b"),
                Limits.Quota(1, "Not A Name"),
            },
        });

        AllIn(
            answer, "limits[0].amount", "limits[1].amount", "limits[2].name", "limits[3].name",
            "models.use: 'deep*seek'", "models.use: ''");
    }

    [Fact]
    public async Task Every_mistake_in_a_client_is_named()
    {
        var access = await shared.Admins.NewAccessAsync();

        var answer = await shared.Admins.PostAsync(
            "clients", new { tenant = access.Tenant, name = "Not A Name", plan = "no-such", role = "king" });

        AllIn(answer, "name:", "plan:", "role:");
    }

    [Theory]
    [InlineData("plans", "{\"plan\":")]
    [InlineData("plans", "[]")]
    [InlineData("plans", "null")]
    [InlineData("plans", "")]
    [InlineData("plans", "{\"plan\":7}")]
    [InlineData("plans", "{}")]
    [InlineData("plans", "{\"plan\":\"p-null\",\"limits\":[null]}")]
    [InlineData("plans", "{\"plan\":\"p-null\",\"models\":{\"use\":[null]}}")]
    [InlineData("plans", "{\"plan\":\"p-null\",\"limits\":[{\"name\":\"a\",\"kind\":\"quota\",\"amount\":1e99}]}")]
    [InlineData("tenants", "{\"tenant\":null}")]
    [InlineData("clients", "{}")]
    [InlineData("clients", "{\"tenant\":\"platform\",\"name\":null,\"plan\":null}")]
    public async Task A_body_that_cannot_be_used_is_400_and_says_why(string path, string body)
    {
        var answer = (await shared.Admins.PostAsync(path, body)).Is(HttpStatusCode.BadRequest);

        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.NotEmpty(answer.Detail);
    }

    /// <summary>Guards against a typing mistake that is answered 200 and changes nothing.</summary>
    [Theory]
    [InlineData("tenants", """{"tenant":"t-strict","colour":"red"}""", "colour: there is no such member")]
    [InlineData("plans", """{"plan":"p","limits":"m"}""", "limits: is not of the kind that belongs there")]
    [InlineData("tenants", """{"tenant":"t-strict","tenant":"u-strict"}""", "tenant: stands there more than once")]
    [InlineData("tenants", """{"tenant":"t-strict","Tenant":"u-strict"}""", "Tenant: stands there more than once")]
    [InlineData(
        "plans",
        """{"plan":"p-strict","limits":[{"name":"a","kind":"concurrency","amount":1,"per":"1m"}]}""",
        "limits[0].per: there is no such member")]
    [InlineData("plans", """{"plan":"p-strict","models":{"use":[],"use":["*"]}}""", "models.use: stands there more")]
    public async Task A_member_that_is_unknown_twice_there_or_of_another_kind_is_400_and_named(
        string path, string body, string named)
    {
        var answer = (await shared.Admins.PostAsync(path, body)).Is(HttpStatusCode.BadRequest);

        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Contains(named, answer.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("Sluice.Silo", answer.Detail, StringComparison.Ordinal);
        (await shared.Admins.GetAsync("tenants/t-strict")).Is(HttpStatusCode.NotFound);
        (await shared.Admins.GetAsync("plans/p-strict")).Is(HttpStatusCode.NotFound);
    }

    /// <summary>Guards scripts that read, change and write back.</summary>
    [Fact]
    public async Task What_is_read_can_be_written_back_as_it_is()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(10, "1m", burst: 3), Limits.Quota(5));

        foreach (var path in new[] { $"tenants/{access.Tenant}", $"plans/{access.Plan}" })
        {
            var read = (await shared.Admins.GetAsync(path)).Is(HttpStatusCode.OK);
            (await shared.Admins.PutAsync(path, read.Body)).Is(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task The_description_is_open_to_all_and_mentions_every_path()
    {
        var description = (await shared.Admins.As(null).GetAsync("openapi.json")).Is(HttpStatusCode.OK);

        var document = JsonNode.Parse(description.Body)!;
        Assert.StartsWith("3.", (string)document["openapi"]!, StringComparison.Ordinal);
        Assert.Equal(
            [
                "/admin/v1/audit", "/admin/v1/audit/checkpoints", "/admin/v1/audit/head", "/admin/v1/audit/keys",
                "/admin/v1/backups", "/admin/v1/calls",
                "/admin/v1/clients", "/admin/v1/clients/{id}", "/admin/v1/clients/{id}/keys",
                "/admin/v1/clients/{id}/keys/{keyId}/emergency", "/admin/v1/clients/{id}/keys/{keyId}/rotations",
                "/admin/v1/clients/{id}/keys/{keyId}/rotations/{rotationId}/ack",
                "/admin/v1/clients/{id}/keys/{keyId}/rotations/{rotationId}/cancel",
                "/admin/v1/clients/{id}/keys/{keyId}/rotations/{rotationId}/secret",
                "/admin/v1/clients/{id}/keys/{version}", "/admin/v1/clients/{id}/keys/{version}/revoke",
                "/admin/v1/clients/{id}/login", "/admin/v1/clients/{id}/public-keys", "/admin/v1/clients/{id}/slots",
                "/admin/v1/clients/{id}/slots/{requestId}", "/admin/v1/clients/{id}/state",
                "/admin/v1/clients/{id}/tokens/revoke", "/admin/v1/clients/{id}/usage/reconcile", "/admin/v1/cluster",
                "/admin/v1/cluster/grains", "/admin/v1/decisions/{id}", "/admin/v1/deliveries", "/admin/v1/explain",
                "/admin/v1/grains/{type}/{key}", "/admin/v1/plans",
                "/admin/v1/plans/{plan}", "/admin/v1/roles", "/admin/v1/tenants", "/admin/v1/tenants/{tenant}",
                "/admin/v1/tenants/{tenant}/providers", "/admin/v1/tenants/{tenant}/providers/{provider}",
                "/admin/v1/tenants/{tenant}/state", "/admin/v1/tokens/keys", "/admin/v1/tokens/keys/rotate",
                "/admin/v1/tokens/keys/{keyId}/compromise", "/admin/v1/tokens/revoke", "/admin/v1/usage",
                "/admin/v1/usage/events",
            ],
            document["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_plan_with_everything_left_out_forbids_every_model()
    {
        var access = await shared.Admins.NewAccessAsync("user", [], []);

        (await shared.Sluice.With(access.Key).ChatAsync()).IsError(404, "model_not_found");
        (await shared.Admins.PutAsync($"plans/{access.Plan}", new { models = new { use = Everything } }))
            .Is(HttpStatusCode.OK);
        (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);
    }

    private static void AllIn(AdminAnswer answer, params string[] places) => Assert.All(
        places,
        place => Assert.Contains(place, answer.Is(HttpStatusCode.BadRequest).Detail, StringComparison.Ordinal));
}
