using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Tokens;

/// <summary>Apart from the others: it ends every token that there is.</summary>
public sealed class CompromisedKeyTests(TokenSluice tokens) : IClassFixture<TokenSluice>
{
    [Fact]
    public async Task A_compromised_signing_key_ends_every_token_and_costs_clients_one_renewal()
    {
        var access = await tokens.Admins.NewAccessAsync();
        var issued = await tokens.ExchangeAsync(access.Key);
        var token = (string)issued["access_token"]!;
        Assert.Equal(200, (await tokens.Sluice.With(token).ChatAsync()).Status);
        var keyId = (string)(await KeysAsync()).Single(key => (string?)key!["state"] == "active")!["keyId"]!;

        (await tokens.Admins.PostAsync($"tokens/keys/{keyId}/compromise", new { })).Is(HttpStatusCode.NoContent);

        await Patience.UntilAsync(
            async () => (await tokens.Sluice.With(token).ChatAsync()).Status, status => status == 401);
        var renewed = (await tokens.PostAsync(
            "/oauth/token",
            [("grant_type", "refresh_token"), ("refresh_token", (string)issued["refresh_token"]!)])).Is(200);
        Assert.Equal(200, (await tokens.Sluice.With((string)renewed.Json["access_token"]!).ChatAsync()).Status);
        var after = await KeysAsync();
        Assert.Equal("compromised", (string?)after.Single(key => (string?)key!["keyId"] == keyId)!["state"]);
        Assert.Single(after, key => (string?)key!["state"] == "active");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/jwks.json");
        Assert.DoesNotContain(keyId, (await tokens.SendAsync(request)).Is(200).Body, StringComparison.Ordinal);
        (await tokens.Admins.PostAsync("tokens/keys/unknown/compromise", new { })).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_rotation_is_under_way_until_its_key_signs()
    {
        await tokens.ExchangeAsync((await tokens.Admins.NewAccessAsync()).Key);
        (await tokens.Admins.PostAsync("tokens/keys/rotate", new { rotationId = "one" })).Is(HttpStatusCode.NoContent);
        (await tokens.Admins.PostAsync("tokens/keys/rotate", new { rotationId = "one" })).Is(HttpStatusCode.NoContent);

        (await tokens.Admins.PostAsync("tokens/keys/rotate", new { rotationId = "two" })).Is(HttpStatusCode.Conflict);

        Assert.Equal("published", (string?)(await KeysAsync())[^1]!["state"]);
    }

    private async Task<JsonArray> KeysAsync() =>
        (await tokens.Admins.GetAsync("tokens/keys")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
}
