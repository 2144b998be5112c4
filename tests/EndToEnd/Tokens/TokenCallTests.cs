using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Tokens;

/// <summary>
/// Calls of models with an access token: the same limits, the same refusals, and an end within a second.
/// </summary>
public sealed class TokenCallTests(TokenSluice tokens) : IClassFixture<TokenSluice>
{
    [Fact]
    public async Task A_token_spends_what_its_clients_key_spends()
    {
        var access = await tokens.Admins.NewAccessAsync(Limits.Quota(3));
        var token = await TokenOfAsync(access);

        Assert.Equal(200, (await ChatAsync(token)).Status);
        Assert.Equal(200, (await ChatAsync(access.Key)).Status);
        Assert.Equal(200, (await ChatAsync(await TokenOfAsync(access))).Status);
        Assert.Equal(429, (await ChatAsync(token)).Status);
        Assert.Equal(429, (await ChatAsync(access.Key)).Status);
    }

    [Fact]
    public async Task A_scope_takes_models_away_and_gives_none()
    {
        var access = await tokens.Admins.NewAccessAsync("user", ["deepseek*"], ["qwen*"]);
        var narrow = await TokenOfAsync(access, "model:deepseek-ocr model:qwen*");
        var refused = await ChatAsync(narrow);

        Assert.Equal(403, refused.Status);
        Assert.Equal("insufficient_scope", (string?)JsonNode.Parse(refused.Body)!["error"]!["code"]);
        Assert.Contains("insufficient_scope", refused.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Equal(403, (await ChatAsync(narrow, "qwen3-32b")).Status); // Seen by its plan, and not used.
        Assert.Equal(200, (await ChatAsync(await TokenOfAsync(access))).Status);
        var models = JsonNode.Parse((await tokens.Sluice.With(narrow).GetAsync("/v1/models")).Body)!["data"]!.AsArray();
        Assert.DoesNotContain("deepseek-chat", models.Select(model => (string?)model!["id"]));
        Assert.Contains("deepseek-ocr", models.Select(model => (string?)model!["id"]));
    }

    [Theory]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Im5vYm9keSJ9.e30.AAAA")]
    public async Task What_is_no_token_of_ours_is_refused(string text)
    {
        var answer = await ChatAsync(text);

        Assert.Equal(401, answer.Status);
        Assert.Equal("Bearer error=\"invalid_token\"", answer.Headers["WWW-Authenticate"]);
    }

    /// <summary>RFC 6750, 3.1: nobody is told of an error who has shown nothing.</summary>
    [Fact]
    public async Task Without_a_credential_no_error_is_named()
    {
        var answer = await tokens.Sluice.With(null).ChatAsync();

        Assert.Equal(401, answer.Status);
        Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
    }

    [Fact]
    public async Task A_token_with_a_character_changed_is_refused()
    {
        var token = await TokenOfAsync(await tokens.Admins.NewAccessAsync());
        var at = token.Length / 2;

        Assert.Equal(401, (await ChatAsync(token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..])).Status);
        Assert.Equal(200, (await ChatAsync(token)).Status);
    }

    [Fact]
    public async Task What_ends_a_key_ends_its_tokens()
    {
        var access = await tokens.Admins.NewAccessAsync();
        var token = await TokenOfAsync(access);
        await tokens.Admins.PatchAsync($"clients/{access.ClientId}", new { suspended = true });
        Assert.Equal(403, (await ChatAsync(token)).Status);
        await tokens.Admins.PatchAsync($"clients/{access.ClientId}", new { suspended = false });
        Assert.Equal(200, (await ChatAsync(token)).Status);

        await tokens.Admins.PostAsync($"clients/{access.ClientId}/keys/{access.Version}/revoke", new { });

        var refused = await ChatAsync(token);
        Assert.Equal(401, refused.Status);
        Assert.Equal("Bearer error=\"invalid_token\"", refused.Headers["WWW-Authenticate"]);
    }

    [Fact]
    public async Task All_tokens_of_a_client_end_with_one_command_and_new_ones_are_good()
    {
        var access = await tokens.Admins.NewAccessAsync();
        var token = await TokenOfAsync(access);
        Assert.Equal(200, (await ChatAsync(token)).Status);

        (await tokens.Admins.PostAsync($"clients/{access.ClientId}/tokens/revoke", new { }))
            .Is(HttpStatusCode.NoContent);

        await EndsAsync(token);
        Assert.Equal(200, (await ChatAsync(await TokenOfAsync(access))).Status);
        (await tokens.Admins.PostAsync("clients/000000000000/tokens/revoke", new { })).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task All_tokens_of_a_tenant_end_with_one_command_and_those_of_others_do_not()
    {
        var (access, other) = (await tokens.Admins.NewAccessAsync(), await tokens.Admins.NewAccessAsync());
        var (token, others) = (await TokenOfAsync(access), await TokenOfAsync(other));

        (await tokens.Admins.PostAsync("tokens/revoke", new { tenant = access.Tenant })).Is(HttpStatusCode.NoContent);

        await EndsAsync(token);
        Assert.Equal(200, (await ChatAsync(others)).Status);
        Assert.Equal(200, (await ChatAsync(await TokenOfAsync(access))).Status);
        (await tokens.Admins.PostAsync("tokens/revoke", new { tenant = "NO" })).Is(HttpStatusCode.BadRequest);
    }

    private async Task EndsAsync(string token)
    {
        await Patience.UntilAsync(async () => (await ChatAsync(token)).Status, status => status != 200);
        var answer = await ChatAsync(token);
        Assert.Equal(401, answer.Status);
        Assert.Equal("token_revoked", answer.Code);
    }

    private Task<EdgeAnswer> ChatAsync(string credential, string model = EdgeClient.Model) =>
        tokens.Sluice.With(credential).ChatAsync(model: model);

    private async Task<string> TokenOfAsync(Access access, string? scope = null) =>
        (string)(await tokens.ExchangeAsync(access.Key, scope))["access_token"]!;
}
