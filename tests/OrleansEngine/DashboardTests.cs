using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace Sluice.OrleansEngine;

/// <summary>The dashboard of Orleans is for those who may look at the admin API.</summary>
public sealed class DashboardTests : SiloTest
{
    private const string Page = "/admin/orleans/GrainTypes";

    [Fact]
    public async Task Nobody_looks_without_a_key_and_browsers_ask_for_one()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);

        using var answer = await silo.GetAsync(Page, null);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.StartsWith("Basic ", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_a_role_is_not_enough()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var user = await silo.MakeClientAsync("acme", "user");

        using var answer = await silo.GetAsync(Page, new AuthenticationHeaderValue("Bearer", user.Format()));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("developer")]
    [InlineData("auditor")]
    public async Task Who_may_read_may_look_with_the_key_as_token_or_as_password(string role)
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var key = (await silo.MakeClientAsync("ops", role)).Format();
        var password = Convert.ToBase64String(Encoding.UTF8.GetBytes($"anybody:{key}"));

        using var byToken = await silo.GetAsync(Page, new AuthenticationHeaderValue("Bearer", key));
        using var byPassword = await silo.GetAsync(Page, new AuthenticationHeaderValue("Basic", password));

        Assert.Equal(HttpStatusCode.OK, byToken.StatusCode);
        Assert.Equal(HttpStatusCode.OK, byPassword.StatusCode);
        Assert.Contains("ClientGrain", await byPassword.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_live_log_is_for_nobody()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var admin = await silo.MakeClientAsync("ops", "admin");

        using var answer = await silo.GetAsync(
            "/admin/orleans/Trace", new AuthenticationHeaderValue("Bearer", admin.Format()));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task It_can_be_left_out()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder, ("Orleans:Dashboard", "false"));
        var admin = await silo.MakeClientAsync("ops", "admin");

        using var answer = await silo.GetAsync(Page, new AuthenticationHeaderValue("Bearer", admin.Format()));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
