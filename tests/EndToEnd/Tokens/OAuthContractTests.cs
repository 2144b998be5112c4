using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Tokens;

/// <summary>The token service byte for byte: each test is a sentence of an RFC.</summary>
public sealed class OAuthContractTests(TokenSluice tokens) : IClassFixture<TokenSluice>
{
    private const string Token = "/oauth/token";
    private const string Exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private const string KeyType = "urn:sluice:params:oauth:token-type:api-key";

    /// <summary>RFC 6749, 3.2.</summary>
    [Fact]
    public async Task The_token_endpoint_takes_posts_only()
    {
        using var get = new HttpRequestMessage(HttpMethod.Get, Token);

        (await tokens.SendAsync(get)).Is(405);
    }

    /// <summary>RFC 6749, 5.1 and 5.2.</summary>
    [Fact]
    public async Task No_answer_is_ever_kept()
    {
        var access = await NewAccessAsync();
        OAuthAnswer[] answers =
        [
            (await ByKeyAsync(access)).Is(200), (await ByKeyAsync(access, ("scope", "x"))).Is(400),
            (await tokens.PostAsync("/oauth/introspect", [("token", "x")], Basic(access))).Is(200),
            (await tokens.PostAsync("/oauth/revoke", [("token", "x")], Basic(access))).Is(200),
        ];

        Assert.All(answers, answer => Assert.Equal("no-store", answer.Headers["Cache-Control"]));
        Assert.All(answers, answer => Assert.Equal("no-cache", answer.Headers["Pragma"]));
    }

    /// <summary>RFC 6749, 3.2.</summary>
    [Fact]
    public async Task Unknown_parameters_are_passed_over_empty_ones_are_not_there_and_none_may_stand_twice()
    {
        var access = await NewAccessAsync();

        (await ByKeyAsync(access, ("unknown", "x"), ("scope", ""))).Is(200);
        var twice = (await ByKeyAsync(access, ("scope", "models"), ("scope", "models"))).Is(400);
        Assert.Equal("invalid_request", twice.Error);
        Assert.Equal("invalid_request", (await ByKeyAsync(access, ("unknown", "x"), ("unknown", "y"))).Is(400).Error);
        Assert.Equal(
            "invalid_request", (await tokens.PostAsync(Token, [("grant_type", "")], Basic(access))).Is(400).Error);
    }

    [Fact]
    public async Task A_body_that_is_no_form_or_too_large_is_refused()
    {
        using var json = new HttpRequestMessage(HttpMethod.Post, Token)
        {
            Content = new StringContent("{}", Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json")),
        };
        var access = await NewAccessAsync();

        Assert.Equal("invalid_request", (await tokens.SendAsync(json)).Is(400).Error);
        Assert.InRange((await ByKeyAsync(access, ("scope", new string('x', 40_000)))).Status, 400, 413);
        (await ByKeyAsync(access)).Is(200);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("urn:ietf:params:oauth:grant-type:jwt-bearer")]
    [InlineData("CLIENT_CREDENTIALS")]
    public async Task Other_grants_are_not_offered(string grant) => Assert.Equal(
        "unsupported_grant_type", (await tokens.PostAsync(Token, [("grant_type", grant)])).Is(400).Error);

    /// <summary>RFC 6749, 2.3 and 5.2.</summary>
    [Fact]
    public async Task A_client_authenticates_in_one_way_and_is_told_how_when_it_was_wrong()
    {
        var access = await NewAccessAsync();
        var other = await NewAccessAsync();
        var none = (await tokens.PostAsync(Token, [("grant_type", "client_credentials")])).Is(401);
        var wrong = (await ByKeyAsync(access with { Key = WrongKeys.OtherSecret(access.Key) })).Is(401);
        var twice = await ByKeyAsync(access, ("client_secret", access.Key));
        var differs = await ByKeyAsync(access, ("client_id", other.ClientId));
        var others = await ByKeyAsync(access with { Key = other.Key });
        var asserted = await tokens.PostAsync(
            Token,
            [("grant_type", "client_credentials"), ("client_assertion", "x"), ("client_assertion_type", JwtBearer)]);
        var both = await ByKeyAsync(access, ("client_assertion", "x"), ("client_assertion_type", JwtBearer));
        var untyped = await tokens.PostAsync(
            Token, [("grant_type", "client_credentials"), ("client_assertion", "x"), ("client_assertion_type", "y")]);

        Assert.Equal("invalid_client", none.Error);
        Assert.Equal("invalid_client", wrong.Error);
        Assert.StartsWith("Basic ", wrong.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Equal("invalid_request", twice.Is(400).Error);
        Assert.Equal("invalid_request", differs.Is(400).Error);
        Assert.Equal("invalid_client", others.Is(401).Error);
        Assert.Equal("invalid_client", asserted.Is(401).Error);
        Assert.Equal("invalid_request", both.Is(400).Error);
        Assert.Equal("invalid_request", untyped.Is(400).Error);
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic !!!!")]
    [InlineData("Basic bm8tY29sb24=")]
    [InlineData("Bearer x")]
    [InlineData("Digest x")]
    public async Task A_header_that_is_not_basic_is_no_authentication(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Token)
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]),
        };
        request.Headers.TryAddWithoutValidation("Authorization", header);

        Assert.Equal("invalid_client", (await tokens.SendAsync(request)).Is(401).Error);
    }

    /// <summary>RFC 6749, 3.3: the scope is told, and what is not known is refused.</summary>
    [Fact]
    public async Task The_scope_that_was_given_is_told()
    {
        var access = await NewAccessAsync();

        Assert.Equal("models", (string?)(await ByKeyAsync(access)).Is(200).Json["scope"]);
        var narrow = (await ByKeyAsync(access, ("scope", "model:b model:a*"))).Is(200);
        Assert.Equal("model:a* model:b", (string?)narrow.Json["scope"]);
        Assert.Equal("invalid_scope", (await ByKeyAsync(access, ("scope", "admin"))).Is(400).Error);
    }

    [Fact]
    public async Task A_suspended_client_and_one_whose_key_was_revoked_get_no_token()
    {
        var access = await NewAccessAsync();
        var first = await tokens.ExchangeAsync(access.Key);
        (await SuspendAsync(access, true)).Is(HttpStatusCode.OK);
        Assert.Equal("unauthorized_client", (await ByKeyAsync(access)).Is(400).Error);
        Assert.Equal("unauthorized_client", (await RefreshAsync((string)first["refresh_token"]!)).Is(400).Error);
        (await SuspendAsync(access, false)).Is(HttpStatusCode.OK);
        (await ByKeyAsync(access)).Is(200);

        await tokens.Admins.PostAsync($"clients/{access.ClientId}/keys/{access.Version}/revoke", new { });
        Assert.Equal("invalid_client", (await ByKeyAsync(access)).Is(401).Error);
        Assert.Equal("invalid_grant", (await RefreshAsync((string)first["refresh_token"]!)).Is(400).Error);
    }

    /// <summary>RFC 8693, 2.1 and 2.2.</summary>
    [Fact]
    public async Task An_exchange_names_what_it_issued_and_takes_keys_of_ours_only()
    {
        var access = await NewAccessAsync();
        var good = await tokens.ExchangeAsync(access.Key);
        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", (string?)good["issued_token_type"]);
        Assert.Equal("Bearer", (string?)good["token_type"]);

        await RefusedAsync("invalid_request", [("subject_token", access.Key)]);
        await RefusedAsync("invalid_request", [("subject_token_type", KeyType)]);
        await RefusedAsync("invalid_request", ("urn:ietf:params:oauth:token-type:jwt", access.Key));
        await RefusedAsync("invalid_request", (KeyType, "slk_live_none"));
        await RefusedAsync("invalid_request", (KeyType, WrongKeys.OtherSecret(access.Key)));
        await RefusedAsync("invalid_request", (KeyType, access.Key), ("actor_token", "x"));
        await RefusedAsync("invalid_request", (KeyType, access.Key), ("requested_token_type", "urn:x"));
        await RefusedAsync("invalid_target", (KeyType, access.Key), ("audience", "https://other.example"));
        await RefusedAsync("invalid_scope", (KeyType, access.Key), ("scope", "admin"));
        await RefusedAsync(
            "invalid_request", (KeyType, access.Key), ("client_id", (await NewAccessAsync()).ClientId));
    }

    /// <summary>RFC 6749, 6 and RFC 9700, 4.14.2.</summary>
    [Fact]
    public async Task A_refresh_token_is_its_clients_and_gives_no_more_than_there_was()
    {
        var access = await NewAccessAsync();
        var other = await NewAccessAsync();
        var first = (string)(await tokens.ExchangeAsync(access.Key, "model:a*"))["refresh_token"]!;

        Assert.Equal("invalid_grant", (await RefreshAsync("slr_none")).Is(400).Error);
        Assert.Equal("invalid_request", (await RefreshAsync("")).Is(400).Error);
        Assert.Equal("invalid_grant", (await RefreshAsync(first, ("client_id", other.ClientId))).Is(400).Error);
        Assert.Equal("invalid_scope", (await RefreshAsync(first, ("scope", "models"))).Is(400).Error);
        var second = (await RefreshAsync(first, ("scope", "model:ab"))).Is(200);
        Assert.Equal("model:ab", (string?)second.Json["scope"]);
        Assert.NotEqual(first, (string?)second.Json["refresh_token"]);

        // A lost answer is told again, word for word as far as it matters.
        Assert.Equal(
            (string?)second.Json["refresh_token"], (string?)(await RefreshAsync(first)).Is(200).Json["refresh_token"]);
    }

    /// <summary>RFC 7009, 2.1 and 2.2.</summary>
    [Fact]
    public async Task A_client_revokes_its_own_tokens_and_an_unknown_one_is_gone_already()
    {
        var access = await NewAccessAsync();
        var other = await NewAccessAsync();
        var issued = await tokens.ExchangeAsync(access.Key);
        var (token, refresh) = ((string)issued["access_token"]!, (string)issued["refresh_token"]!);

        Assert.Equal("invalid_client", (await RevokeAsync(token)).Is(401).Error);
        Assert.Equal("invalid_grant", (await RevokeAsync(token, Basic(other))).Is(400).Error);
        Assert.Equal("invalid_grant", (await RevokeAsync(refresh, Basic(other))).Is(400).Error);
        (await RevokeAsync("unknown", Basic(access))).Is(200);
        Assert.Equal(200, (await ChatAsync(token)).Status);

        (await RevokeAsync(refresh, Basic(access), ("token_type_hint", "access_token"))).Is(200);
        await Patience.UntilAsync(async () => (await ChatAsync(token)).Status, status => status == 401);
        Assert.Equal("invalid_grant", (await RefreshAsync(refresh)).Is(400).Error);
    }

    /// <summary>RFC 7662, 2.1 and 2.2.</summary>
    [Fact]
    public async Task Only_a_client_with_its_key_is_told_what_its_token_is_worth()
    {
        var access = await NewAccessAsync();
        var other = await NewAccessAsync();
        var token = (string)(await tokens.ExchangeAsync(access.Key))["access_token"]!;
        Task<OAuthAnswer> AskAsync((string, string)? by) =>
            tokens.PostAsync("/oauth/introspect", [("token", token)], by);

        Assert.Equal("invalid_client", (await AskAsync(null)).Is(401).Error);
        Assert.Equal("""{"active":false}""", (await AskAsync(Basic(other))).Is(200).Body);
        var own = (await AskAsync(Basic(access))).Is(200).Json;
        Assert.True((bool)own["active"]!);
        Assert.Equal(tokens.Issuer, (string?)own["iss"]);
        (await SuspendAsync(access, true)).Is(HttpStatusCode.OK);
        Assert.Equal("unauthorized_client", (await AskAsync(Basic(access))).Is(400).Error);
    }

    /// <summary>RFC 8414, 3 and RFC 7517, 8.5.</summary>
    [Fact]
    public async Task The_server_says_what_it_offers_and_its_keys_are_public_only()
    {
        var server = await GetAsync("/.well-known/oauth-authorization-server");
        var keys = await GetAsync("/.well-known/jwks.json");

        Assert.Equal(tokens.Issuer, (string?)server.Json["issuer"]);
        Assert.Equal($"{tokens.Issuer}/.well-known/jwks.json", (string?)server.Json["jwks_uri"]);
        Assert.Equal(
            ["authorization_code", Exchange, "refresh_token", "client_credentials"],
            server.Json["grant_types_supported"]!.AsArray().Select(grant => (string?)grant));
        foreach (var endpoint in (string[])["token", "revocation", "introspection"])
        {
            Assert.Contains("private_key_jwt", TextsOf(server.Json[$"{endpoint}_endpoint_auth_methods_supported"]));
            Assert.Equal(
                ["ES256", "RS256"], TextsOf(server.Json[$"{endpoint}_endpoint_auth_signing_alg_values_supported"]));
        }

        Assert.Equal("application/jwk-set+json", keys.Headers["Content-Type"]);
        Assert.Equal("public, max-age=300", keys.Headers["Cache-Control"]);
        var key = Assert.Single(keys.Json["keys"]!.AsArray())!.AsObject();
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], key.Select(member => member.Key).Order());

        using var again = new HttpRequestMessage(HttpMethod.Get, "/.well-known/jwks.json");
        again.Headers.TryAddWithoutValidation("If-None-Match", keys.Headers["ETag"]);
        Assert.Empty((await tokens.SendAsync(again)).Is(304).Body);
        using var openId = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration");
        Assert.Equal(server.Body, (await tokens.SendAsync(openId)).Is(200).Body); // Some look nowhere else.
    }

    private static IEnumerable<string?> TextsOf(JsonNode? list) => list!.AsArray().Select(one => (string?)one);

    private static (string, string) Basic(Access access) => (access.ClientId, access.Key);

    private Task<Access> NewAccessAsync() => tokens.Admins.NewAccessAsync();

    private Task<AdminAnswer> SuspendAsync(Access access, bool suspended) =>
        tokens.Admins.PatchAsync($"clients/{access.ClientId}", new { suspended });

    private Task<EdgeAnswer> ChatAsync(string token) => tokens.Sluice.With(token).ChatAsync();

    private Task<OAuthAnswer> ByKeyAsync(Access access, params (string, string)[] more) =>
        tokens.PostAsync(Token, [("grant_type", "client_credentials"), .. more], Basic(access));

    private Task<OAuthAnswer> RefreshAsync(string token, params (string, string)[] more) =>
        tokens.PostAsync(Token, [("grant_type", "refresh_token"), ("refresh_token", token), .. more]);

    private Task<OAuthAnswer> RevokeAsync(
        string token, (string, string)? basic = null, params (string, string)[] more) =>
        tokens.PostAsync("/oauth/revoke", [("token", token), .. more], basic);

    private Task RefusedAsync(string error, (string Type, string Key) subject, params (string, string)[] more) =>
        RefusedAsync(error, [("subject_token_type", subject.Type), ("subject_token", subject.Key), .. more]);

    private async Task RefusedAsync(string error, (string, string)[] form) => Assert.Equal(
        error, (await tokens.PostAsync(Token, [("grant_type", Exchange), .. form])).Is(400).Error);

    private async Task<OAuthAnswer> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return (await tokens.SendAsync(request)).Is(200);
    }
}
