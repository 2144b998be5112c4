using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.EndToEnd.Sdks;

namespace Sluice.EndToEnd.Tokens;

/// <summary>Clients that nobody here wrote, and that refuse whatever is not as the RFCs have it.</summary>
[Collection(TokenGroup.Name)]
public sealed class StrictClientTests(TokenSluice tokens)
{
    [Fact]
    public async Task A_strict_client_exchanges_a_key_and_a_strict_server_takes_the_token()
    {
        var access = await tokens.Admins.NewAccessAsync();
        var played = await PlayAsync("exchange", access);

        var claims = played["claims"]!;
        Assert.Equal(tokens.Issuer, (string?)claims["iss"]);
        Assert.Equal(tokens.Issuer, (string?)claims["aud"]);
        Assert.Equal(access.ClientId, (string?)claims["sub"]);
        Assert.Equal(access.ClientId, (string?)claims["client_id"]);
        Assert.Equal(access.Tenant, (string?)claims["tenant"]);
        Assert.Equal(access.Version, (int)claims["key_version"]!);
        Assert.Equal("models", (string?)claims["scope"]);
        Assert.Equal("bearer", (string?)played["type"]);
        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", (string?)played["issued"]);
        Assert.Equal(900, (int)played["expiresIn"]!);
        Assert.True((bool)played["refreshes"]!);
        var answer = await tokens.Sluice.With((string)played["token"]!).ChatAsync();
        Assert.Equal(200, (int)answer.Status);
    }

    [Fact]
    public async Task Client_credentials_are_taken_in_both_ways_and_give_no_refresh_token()
    {
        var access = await tokens.Admins.NewAccessAsync();
        var played = await PlayAsync("credentials", access);

        Assert.Equal(access.ClientId, (string?)played["basic"]);
        Assert.Equal("model:deepseek*", (string?)played["post"]);
        Assert.False((bool)played["refreshes"]!);
        Assert.Equal("OAUTH_WWW_AUTHENTICATE_CHALLENGE", (string?)played["wrong"]);
    }

    [Fact]
    public async Task A_refresh_token_that_comes_twice_ends_its_family()
    {
        var played = await PlayAsync("refresh", await tokens.Admins.NewAccessAsync());

        Assert.Equal(3, (int)played["differ"]!);
        Assert.Equal("invalid_grant", (string?)played["stolen"]);
        Assert.Equal("invalid_grant", (string?)played["after"]);
        Assert.False((bool)played["access"]!);
    }

    [Fact]
    public async Task A_revoked_token_is_inactive_and_nothing_else_is_told_of_it()
    {
        var access = await tokens.Admins.NewAccessAsync();
        var played = await PlayAsync("revoke", access);

        Assert.True((bool)played["before"]!["active"]!);
        Assert.Equal(access.ClientId, (string?)played["before"]!["client_id"]);
        Assert.True((bool)played["refreshBefore"]!["active"]!);
        Assert.Equal("""{"active":false}""", played["after"]!.ToJsonString());
        Assert.Equal("""{"active":false}""", played["unknown"]!.ToJsonString());
        Assert.True((bool)played["refresh"]!);
    }

    [Fact]
    public async Task Another_strict_client_goes_the_whole_way()
    {
        var played = await PlayAsync("openid", await tokens.Admins.NewAccessAsync());

        Assert.Equal("bearer", (string?)played["own"]);
        Assert.True((bool)played["good"]!);
        Assert.False((bool)played["after"]!);
    }

    /// <summary>Both libraries sign for the issuer alone, which is all that is taken here.</summary>
    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task Clients_that_sign_who_they_are_need_no_secret_of_ours(string algorithm)
    {
        var access = await tokens.Admins.NewAccessAsync();
        var (own, registered) = OwnKey.Make(algorithm);
        (await tokens.Admins.PutAsync($"clients/{access.ClientId}/public-keys", registered)).Is(HttpStatusCode.OK);

        var played = await PlayAsync("assertion", access with { Key = own });

        Assert.Equal(access.ClientId, (string?)played["claims"]!["client_id"]);
        Assert.Equal("assertion", (string?)played["claims"]!["sign_in"]);
        Assert.Null(played["claims"]!["key_version"]);
        Assert.False((bool)played["refreshes"]!);
        Assert.True((bool)played["before"]!);
        Assert.Equal("invalid_client", (string?)played["endpoint"]);
        Assert.Equal("invalid_client", (string?)played["again"]);
        Assert.Equal("model:deepseek*", (string?)played["other"]);
        Assert.False((bool)played["after"]!);
        await Patience.UntilAsync(
            async () => (int)(await tokens.Sluice.With((string)played["token"]!).ChatAsync()).Status,
            status => status == 401);
    }

    private Task<JsonNode> PlayAsync(string name, Access access) =>
        NodeClient.RunAsync("tokens.mjs", [name, tokens.Issuer, access.ClientId, access.Key]);
}
