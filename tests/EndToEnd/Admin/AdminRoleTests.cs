using System.Net;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Admin;

/// <summary>Who may look, who may change, and who may neither.</summary>
public sealed class AdminRoleTests(SharedSluice shared)
{
    [Theory]
    [InlineData("admin", HttpStatusCode.OK, HttpStatusCode.Created)]
    [InlineData("developer", HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("auditor", HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("user", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    public async Task A_role_may_what_it_says(string role, HttpStatusCode looking, HttpStatusCode changing)
    {
        var access = await shared.Admins.NewAccessAsync(role, ["*"], []);
        var admins = shared.Admins.As(access.Key);

        foreach (var path in new[]
        {
            "tenants", "plans", "clients", $"clients/{access.ClientId}", $"clients/{access.ClientId}/keys",
            $"clients/{access.ClientId}/state", $"plans/{access.Plan}", $"tenants/{access.Tenant}",
        })
        {
            (await admins.GetAsync(path)).Is(looking);
        }

        (await admins.PostAsync("tenants", new { tenant = AdminClient.NewName("tenant") })).Is(changing);
        (await admins.PostAsync($"clients/{access.ClientId}/keys", new { })).Is(changing);
    }

    /// <summary>No path has an answer to it, so whoever may look gets past the roles and hears that.</summary>
    [Theory]
    [InlineData("admin", HttpStatusCode.MethodNotAllowed)]
    [InlineData("developer", HttpStatusCode.MethodNotAllowed)]
    [InlineData("auditor", HttpStatusCode.MethodNotAllowed)]
    [InlineData("user", HttpStatusCode.Forbidden)]
    public async Task A_look_at_the_headers_only_is_no_change(string role, HttpStatusCode status)
    {
        var access = await shared.Admins.NewAccessAsync(role, ["*"], []);

        (await shared.Admins.As(access.Key).SendAsync(HttpMethod.Head, "plans")).Is(status);
    }

    [Fact]
    public async Task A_role_that_is_taken_away_is_gone_for_the_next_request()
    {
        var access = await shared.Admins.NewAccessAsync("admin", ["*"], []);
        (await shared.Admins.As(access.Key).GetAsync("tenants")).Is(HttpStatusCode.OK);

        (await shared.Admins.PatchAsync($"clients/{access.ClientId}", new { role = "user" })).Is(HttpStatusCode.OK);

        (await shared.Admins.As(access.Key).GetAsync("tenants")).Is(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Without_a_key_that_works_it_is_401_with_a_challenge()
    {
        var access = await shared.Admins.NewAccessAsync("admin", ["*"], []);
        foreach (var key in new[]
        {
            null, "nonsense", WrongKeys.Mistyped(access.Key), WrongKeys.OtherSecret(access.Key),
            WrongKeys.OtherClient(access.Key),
        })
        {
            var answer = (await shared.Admins.As(key).GetAsync("tenants")).Is(HttpStatusCode.Unauthorized);
            Assert.Equal(key is null ? "Bearer" : "Bearer error=\"invalid_token\"", answer.Challenge);
            Assert.NotEmpty(answer.Detail);
        }
    }

    [Fact]
    public async Task A_revoked_admin_key_is_401()
    {
        var access = await shared.Admins.NewAccessAsync("admin", ["*"], []);
        var admins = shared.Admins.As(access.Key);

        (await admins.PostAsync($"clients/{access.ClientId}/keys/{access.Version}/revoke", new { }))
            .Is(HttpStatusCode.NoContent);

        (await admins.GetAsync("tenants")).Is(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_unknown_path_wants_a_key_too() =>
        (await shared.Admins.As(null).GetAsync("no-such")).Is(HttpStatusCode.Unauthorized);
}
