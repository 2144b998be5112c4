using System.Net;
using System.Security.Cryptography;
using System.Text;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;

namespace Sluice.EndToEnd.Admin;

/// <summary>Operators with tokens that are configured, and roles that are: from settings to answers.</summary>
public sealed class OperatorTests(OperatorSluice shared) : IClassFixture<OperatorSluice>
{
    [Fact]
    public async Task An_auditor_with_a_token_of_his_own_looks_at_everything_and_changes_nothing()
    {
        var auditor = shared.As(OperatorSluice.Auditor);

        foreach (var path in new[] { "tenants", "plans", "clients", "roles", "tokens/keys", "audit/head", "cluster" })
        {
            (await auditor.GetAsync(path)).Is(HttpStatusCode.OK);
        }

        var refused = (await auditor.PostAsync("tenants", new { tenant = "made-by-an-auditor" }))
            .Is(HttpStatusCode.Forbidden);
        Assert.Equal(
            "Bearer error=\"insufficient_scope\", error_description=\"needs the permission tenants:write\"",
            refused.Challenge);
        Assert.Equal("You have the role 'auditor', without the permission tenants:write.", refused.Detail);
    }

    [Fact]
    public async Task The_trail_names_the_operator_of_a_token()
    {
        var tenant = AdminClient.NewName("tenant");

        (await shared.As(OperatorSluice.Admin).PostAsync("tenants", new { tenant })).Is(HttpStatusCode.Created);

        var trail = await Patience.UntilAsync(
            async () => (await shared.Admins.GetAsync($"audit?subject=tenant/{tenant}")).Body,
            body => body.Length > 0);
        Assert.Contains("\"actor\":\"token/otto\"", trail, StringComparison.Ordinal);
        Assert.DoesNotContain(OperatorSluice.Admin, trail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_of_one_tenant_sees_and_changes_what_is_its_own_and_hears_of_nothing_else()
    {
        var (own, other) = (await shared.Admins.NewAccessAsync(), await shared.Admins.NewAccessAsync());
        var mine = (await shared.Admins.PostAsync("clients", new { tenant = "acme", name = own.Name, plan = own.Plan }))
            .Is(HttpStatusCode.Created).Text("id");
        var acme = shared.As(OperatorSluice.Acme);

        Assert.Equal(["acme"], Names(await acme.GetAsync("tenants"), "tenant"));
        Assert.All(Names(await acme.GetAsync("clients"), "tenant"), tenant => Assert.Equal("acme", tenant));
        (await acme.GetAsync($"clients/{mine}/state")).Is(HttpStatusCode.OK);
        (await acme.PatchAsync($"clients/{mine}", new { suspended = true })).Is(HttpStatusCode.OK);
        (await acme.PostAsync($"clients/{mine}/keys", new { })).Is(HttpStatusCode.Created);
        (await acme.GetAsync("usage?tenant=acme")).Is(HttpStatusCode.OK);

        foreach (var path in new[]
        {
            $"clients/{other.ClientId}", $"clients/{other.ClientId}/keys", $"tenants/{other.Tenant}",
            $"clients?tenant={other.Tenant}", $"usage?tenant={other.Tenant}", $"usage?client={other.ClientId}",
            "clients/zzzzzzzzzzzz",
        })
        {
            (await acme.GetAsync(path)).Is(HttpStatusCode.NotFound);
        }

        (await acme.PostAsync($"clients/{other.ClientId}/keys", new { })).Is(HttpStatusCode.NotFound);
        (await acme.PostAsync("explain", new { client = other.ClientId, model = "m" })).Is(HttpStatusCode.NotFound);
        (await acme.PostAsync("tokens/revoke", new { tenant = other.Tenant })).Is(HttpStatusCode.NotFound);
        (await acme.PostAsync("tokens/revoke", new { })).Is(HttpStatusCode.Forbidden);
        (await acme.GetAsync("plans")).Is(HttpStatusCode.Forbidden);
        (await acme.GetAsync("audit")).Is(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_operator_of_one_tenant_raises_nobody_above_himself()
    {
        var plan = (await shared.Admins.NewAccessAsync()).Plan;
        var mine = (await shared.Admins.PostAsync(
            "clients", new { tenant = "acme", name = AdminClient.NewName("client"), plan })).Text("id");
        var acme = shared.As(OperatorSluice.Acme);

        (await acme.PatchAsync($"clients/{mine}", new { role = "guest" })).Is(HttpStatusCode.OK);
        (await acme.PatchAsync($"clients/{mine}", new { role = "admin" })).Is(HttpStatusCode.Forbidden);
        (await acme.PatchAsync($"clients/{mine}", new { plan })).Is(HttpStatusCode.Forbidden);
        (await acme.PatchAsync($"clients/{mine}", new { limits = Array.Empty<object>() }))
            .Is(HttpStatusCode.Forbidden);
        (await acme.PostAsync("clients", new { tenant = "acme", name = "mine", plan })).Is(HttpStatusCode.Forbidden);
        (await shared.Admins.PatchAsync($"clients/{mine}", new { role = "admin" })).Is(HttpStatusCode.OK);
        (await acme.PostAsync($"clients/{mine}/keys", new { })).Is(HttpStatusCode.Forbidden);
        (await acme.PatchAsync($"clients/{mine}", new { suspended = true })).Is(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_configured_role_decides_models_endpoints_and_features_of_calls()
    {
        var access = await shared.Admins.NewAccessAsync("free", ["*"], []);
        var client = shared.Sluice.With(access.Key);

        (await client.ChatAsync()).Is(200);
        Assert.Equal(
            ["deepseek-chat"],
            (await client.GetAsync("/v1/models")).Is(200).Json["data"]!.AsArray()
                .Select(model => (string)model!["id"]!));
        var model = (await client.ChatAsync(model: "qwen3-32b")).IsError(403, "role_not_allowed");
        Assert.StartsWith("Your role does not allow the model 'qwen3-32b'.", model.Message, StringComparison.Ordinal);
        var tier = (await client.ChatAsync("\"service_tier\":\"priority\"")).IsError(403, "role_not_allowed");
        Assert.Equal("service_tier", (string)tier.Json["error"]!["param"]!);
        (await client.ChatAsync("\"service_tier\":\"default\"")).Is(200);
        var endpoint = (await client.PostAsync(
            """{"model":"deepseek-chat","prompt":"Hello"}""", "/v1/completions")).IsError(403, "role_not_allowed");
        Assert.Equal("false", endpoint.Headers["x-should-retry"]);

        var told = (await shared.Admins.GetAsync($"decisions/{endpoint.Headers["x-sluice-decision"]}")).Json;
        Assert.Equal(
            ("roleForbidden", "role.endpoint", "free"),
            ((string)told["verdict"]!, (string)told["refusedBy"]!, (string)told["role"]!));
    }

    [Fact]
    public async Task An_auditors_key_calls_no_model_and_a_developers_as_often_as_its_role_says()
    {
        var auditor = await shared.Admins.NewAccessAsync("auditor", ["*"], []);
        var developer = await shared.Admins.NewAccessAsync("developer", ["*"], []);

        var refused = (await shared.Sluice.With(auditor.Key).ChatAsync()).IsError(403, "role_not_allowed");
        Assert.StartsWith("Your role does not allow calls of models.", refused.Message, StringComparison.Ordinal);
        var answer = (await shared.Sluice.With(developer.Key).ChatAsync()).Is(200);
        Assert.Equal(
            ("100", "role.developer.requests"),
            (answer.Headers["x-ratelimit-limit-requests"], answer.Headers["x-sluice-limit"]));
    }

    [Fact]
    public async Task The_roles_that_there_are_are_told_with_what_they_allow()
    {
        var told = (await shared.As(OperatorSluice.Auditor).GetAsync("roles")).Is(HttpStatusCode.OK).Json;

        var free = told["roles"]!.AsArray().Single(role => (string)role!["name"]! == "free")!;
        Assert.Equal(
            ["model:deepseek-chat", "endpoint:chat/completions"],
            free["allows"]!.AsArray().Select(text => (string)text!));
        Assert.Contains(told["permissions"]!.AsArray(), permission => (string)permission! == "keys:reveal");
        var developer = told["roles"]!.AsArray().Single(role => (string)role!["name"]! == "developer")!;
        Assert.Equal(100, (long)developer["limits"]![0]!["amount"]!);
    }

    private static string[] Names(AdminAnswer answer, string member) =>
        [.. answer.Is(HttpStatusCode.OK).Json["items"]!.AsArray().Select(item => (string)item![member]!)];
}

/// <summary>An installation with operators and a role of its own.</summary>
public sealed class OperatorSluice : IAsyncLifetime
{
    public const string Admin = "ottos-token-0123456789abcdef0123456789abcdef";
    public const string Auditor = "annas-token-0123456789abcdef0123456789abcdef";
    public const string Acme = "toms-token-0123456789abcdef0123456789abcdef0";

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;
    private SluiceProcess? _sluice;

    public SluiceProcess Sluice => _sluice!;

    public AdminClient Admins => Sluice.Admins;

    public AdminClient As(string token) => Admins.As(token);

    public async ValueTask InitializeAsync()
    {
        _pool = await SharedSluice.PoolAsync(SimulatedPoolOptions.Instant);
        _sluice = await SluiceProcess.StartAsync(new SluiceSettings
        {
            Data = _folder.In("data"),
            Pool = _pool.Address,
            Environment = new Dictionary<string, string>
            {
                ["Access__Roles__0__Name"] = "free",
                ["Access__Roles__0__Allows__0"] = "model:deepseek-chat",
                ["Access__Roles__0__Allows__1"] = "endpoint:chat/completions",
                ["Access__AdminTokens__0__Name"] = "otto",
                ["Access__AdminTokens__0__Sha256"] = DigestOf(Admin),
                ["Access__AdminTokens__0__Roles__0"] = "admin",
                ["Access__AdminTokens__1__Name"] = "anna",
                ["Access__AdminTokens__1__Sha256"] = DigestOf(Auditor),
                ["Access__AdminTokens__1__Roles__0"] = "auditor",
                ["Access__AdminTokens__2__Name"] = "tom",
                ["Access__AdminTokens__2__Sha256"] = DigestOf(Acme),
                ["Access__AdminTokens__2__Roles__0"] = "tenant-admin",
                ["Access__AdminTokens__2__Tenant"] = "acme",
            },
        });
        (await Admins.PostAsync("tenants", new { tenant = "acme" })).Is(HttpStatusCode.Created);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sluice is not null)
        {
            await _sluice.DisposeAsync();
        }

        if (_pool is not null)
        {
            await _pool.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static string DigestOf(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
