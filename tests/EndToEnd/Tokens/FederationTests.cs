using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.EndToEnd.Sdks;
using Sluice.Rules.Tokens;

namespace Sluice.EndToEnd.Tokens;

/// <summary>Tokens that somebody else has issued, exchanged for ours.</summary>
[Collection(TokenGroup.Name)]
public sealed class FederationTests(TokenSluice tokens)
{
    private static readonly string[] UserRole = ["user"];

    private const string Issuer = "https://login.example";
    private const string Audience = "sluice-at-login";

    private static readonly PrivateKey Key = NewKey();

    /// <summary>The provider is <c>oidc-provider</c>, as it comes; the client is <c>openid-client</c>.</summary>
    [Fact]
    public async Task People_and_programs_of_a_provider_that_nobody_here_wrote_get_tokens_of_ours()
    {
        var access = await tokens.Admins.NewAccessAsync();

        var played = await NodeClient.RunAsync(
            "federation.mjs",
            [
                "exchange", tokens.Issuer, access.ClientId, tokens.Sluice.Admin.ToString().TrimEnd('/'),
                tokens.Sluice.AdminKey, access.Tenant, access.Name,
            ]);

        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", (string?)played["type"]);
        Assert.Equal("model:deep*", (string?)played["scope"]);
        Assert.InRange((int)played["expiresIn"]!, 880, 900);
        Assert.False((bool)played["refreshes"]!);
        var (person, machine) = (played["person"]!, played["machine"]!);
        Assert.Equal("corp/user-1", (string?)person["sub"]);
        Assert.Equal(access.ClientId, (string?)person["client_id"]);
        Assert.Equal("provider", (string?)person["sign_in"]);
        Assert.InRange((long)person["iat"]! - (long)person["auth_time"]!, 0, 60);
        Assert.Equal("user", (string?)Assert.Single(person["roles"]!.AsArray()));
        Assert.Equal("machines/sluice", (string?)machine["sub"]);
        Assert.Equal("developer", (string?)Assert.Single(machine["roles"]!.AsArray()));
        Assert.Equal("invalid_scope", (string?)played["wider"]);
        Assert.Equal("invalid_request", (string?)played["mistaken"]);
        Assert.Equal("invalid_request", (string?)played["acting"]);
        Assert.Equal(200, (int)(await tokens.Sluice.With((string)played["token"]!).ChatAsync()).Status);
    }

    [Fact]
    public async Task A_token_of_a_provider_is_worth_what_its_tenant_grants_and_as_long_as_it_lives()
    {
        var access = await TrustingAsync();
        var issued = (await ExchangeAsync(access, Sign(exp: 60))).Is(200).Json;

        Assert.InRange((int)issued["expires_in"]!, 30, 60);
        Assert.Null(issued["refresh_token"]);
        var token = (string)issued["access_token"]!;
        Assert.Equal(200, (int)(await tokens.Sluice.With(token).ChatAsync()).Status);
        var inspected = (await tokens.PostAsync(
            "/oauth/introspect", [("token", token)], (access.ClientId, access.Key))).Is(200).Json;
        Assert.True((bool)inspected["active"]!);
        Assert.Equal("corp/user-1", (string?)inspected["sub"]);

        (await tokens.Admins.SendAsync(HttpMethod.Delete, $"tenants/{access.Tenant}/providers/corp"))
            .Is(HttpStatusCode.NoContent);
        Assert.Equal("invalid_request", (await ExchangeAsync(access, Sign())).Is(400).Error);
    }

    /// <summary>RFC 8693, 2.2.2: whatever is wrong with a subject token, it is an invalid request.</summary>
    [Fact]
    public async Task What_somebody_could_try_with_a_token_is_refused()
    {
        var access = await TrustingAsync();
        var other = await TrustingAsync(NewKey());
        var none = await tokens.Admins.NewAccessAsync();
        var header = $$"""{"alg":"ES256","typ":"JWT","kid":"{{Key.Public.KeyId}}"}""";
        var claims = Claims();
        string[] tried =
        [
            Sign(iss: "https://evil.example"), Sign(aud: "somebody-else"), Sign(exp: -1), Sign(key: NewKey()),
            Sign(more: new string('x', 9_000)), Sign(type: "at+jwt"), "no.token.here", access.Key,
            Put(header.Replace("ES256", "none", StringComparison.Ordinal), claims, Array.Empty<byte>()),
            Mac(header.Replace("ES256", "HS256", StringComparison.Ordinal), claims),
            Put(header.Replace("{", "{\"jku\":\"https://evil.example\",", StringComparison.Ordinal), claims),
            Put(header, claims.Replace("user-1", "user-2", StringComparison.Ordinal), text: Sign().Split('.')[2]),
        ];

        foreach (var token in tried)
        {
            Assert.Equal("invalid_request", (await ExchangeAsync(access, token)).Is(400).Error);
        }

        // Of one tenant, for a client of another; with one that trusts the same issuer by other keys, and with none.
        (await ExchangeAsync(access, Sign())).Is(200);
        Assert.Equal("invalid_request", (await ExchangeAsync(other, Sign())).Is(400).Error);
        Assert.Equal("invalid_request", (await ExchangeAsync(none, Sign())).Is(400).Error);
        Assert.Equal("invalid_request", (await ExchangeAsync(none with { ClientId = "" }, Sign())).Is(400).Error);
        Assert.Equal(
            "invalid_client",
            (await ExchangeAsync(access, Sign(), ("client_secret", WrongKeys.OtherSecret(access.Key)))).Is(401).Error);
    }

    [Fact]
    public async Task A_provider_is_written_as_it_is_read_and_every_mistake_is_named()
    {
        var access = await TrustingAsync();
        var path = $"tenants/{access.Tenant}/providers";
        var listed = (await tokens.Admins.GetAsync(path)).Is(HttpStatusCode.OK);
        var corp = Assert.Single(listed.Json["items"]!.AsArray())!;

        Assert.Equal("1h", (string?)corp["maxAge"]);
        (await tokens.Admins.PutAsync($"{path}/corp", corp.ToJsonString())).Is(HttpStatusCode.OK);
        var wrong = await tokens.Admins.PutAsync(
            $"{path}/corp", new { issuer = "http://login.example", audience = "", grants = Array.Empty<object>() });
        Assert.All(
            (string[])["issuer:", "audience:", "grants:"],
            place => Assert.Contains(place, wrong.Is(HttpStatusCode.BadRequest).Detail, StringComparison.Ordinal));
        (await tokens.Admins.PutAsync("tenants/nobody/providers/corp", corp.ToJsonString()))
            .Is(HttpStatusCode.NotFound);
    }

    /// <summary>A client whose tenant trusts a provider that has this key.</summary>
    private async Task<Access> TrustingAsync(PrivateKey? key = null)
    {
        var access = await tokens.Admins.NewAccessAsync();
        (await tokens.Admins.PutAsync($"tenants/{access.Tenant}/providers/corp", new
        {
            issuer = Issuer,
            audience = Audience,
            jwks = new { keys = new[] { JsonNode.Parse((key ?? Key).Public.ToJson()) } },
            grants = new[] { new { client = access.Name, @is = "user-*", roles = UserRole } },
        })).Is(HttpStatusCode.OK);
        return access;
    }

    private Task<OAuthAnswer> ExchangeAsync(Access access, string token, params (string, string)[] more) =>
        tokens.PostAsync(
            "/oauth/token",
            [
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("subject_token", token),
                ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"), ("client_id", access.ClientId),
                .. more,
            ]);

    private static string Claims(string iss = Issuer, string aud = Audience, int exp = 300, string more = "")
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return JsonSerializer.Serialize(new { iss, aud, sub = "user-1", iat = now - 5, exp = now + exp, more });
    }

    private static string Sign(
        string iss = Issuer, string aud = Audience, int exp = 300, string more = "", PrivateKey? key = null,
        string type = "JWT") =>
        CompactToken.Sign(type, Encoding.UTF8.GetBytes(Claims(iss, aud, exp, more)), key ?? Key);

    /// <summary>This very header and these claims, signed by the provider's key, or with this in place of it.</summary>
    private static string Put(string header, string claims, byte[]? signature = null, string? text = null)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{text ?? Base64UrlText.Encode(signature ?? Key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The public key taken for the secret of HMAC.</summary>
    private static string Mac(string header, string claims)
    {
        var signed = Encoding.ASCII.GetBytes($"{Encode(header)}.{Encode(claims)}");
        return Put(header, claims, HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key.Public.ToJson()), signed));
    }

    private static string Encode(string text) => Base64UrlText.Encode(Encoding.UTF8.GetBytes(text));

    private static PrivateKey NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return PrivateKey.Read(key.ExportPkcs8PrivateKey(), SignatureAlgorithm.Es256);
    }
}
