using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.EndToEnd.Sdks;

namespace Sluice.EndToEnd.Tokens;

/// <summary>
/// People who sign in at their tenant's provider, by a browser that follows redirects. The provider is
/// <c>oidc-provider</c>, the programs are <c>openid-client</c> and <c>oauth4webapi</c>, as they come.
/// </summary>
[Collection(TokenGroup.Name)]
public sealed class LoginTests(TokenSluice tokens)
{
    [Fact]
    public async Task People_sign_in_at_their_provider_and_programs_that_nobody_here_wrote_get_tokens()
    {
        var access = await tokens.Admins.NewAccessAsync();
        var played = await PlayAsync("people", access);

        var claims = played["claims"]!;
        Assert.Equal("corp/user-1", (string?)claims["sub"]);
        Assert.Equal(access.ClientId, (string?)claims["client_id"]);
        Assert.Equal("provider", (string?)claims["sign_in"]);
        Assert.Equal("user", (string?)Assert.Single(claims["roles"]!.AsArray()));
        Assert.InRange((long)claims["iat"]! - (long)claims["auth_time"]!, 0, 60);
        Assert.Equal((long)claims["auth_time"]!, (long)played["nextClaims"]!["auth_time"]!); // Nobody signed in again.
        Assert.Equal("corp/user-1", (string?)played["nextClaims"]!["sub"]);
        Assert.Equal("model:deep*", (string?)played["scope"]);
        Assert.Equal("model:deepseek", (string?)played["strict"]);
        Assert.Equal("invalid_scope", (string?)played["wider"]!["error"]);
        Assert.Equal(3, (int)played["differ"]!);
        Assert.Equal("invalid_grant", (string?)played["again"]);
        Assert.Equal("invalid_grant", (string?)played["after"]);
        Assert.Equal(0, (int)played["left"]!); // No cookie is left when it is over.
        Assert.Matches(
            $"^__Host-sluice-login-{access.ClientId}=[^;]+; max-age=600; path=/; secure; samesite=lax; httponly$",
            (string?)played["cookie"]);
        var told = played["put"]!["login"]!;
        Assert.Null(told["clientSecret"]);
        Assert.NotNull(told["secretSetAt"]);
        Assert.Equal($"{tokens.Issuer}/oauth/callback/{access.Tenant}/corp", (string?)told["redirectUri"]);
        var metadata = played["as"]!;
        Assert.Equal($"{tokens.Issuer}/oauth/authorize", (string?)metadata["authorization_endpoint"]);
        Assert.Equal("""["S256"]""", metadata["code_challenge_methods_supported"]!.ToJsonString());
        Assert.Equal("""["code"]""", metadata["response_types_supported"]!.ToJsonString());
        Assert.True((bool)metadata["authorization_response_iss_parameter_supported"]!);
        Assert.Contains("authorization_code", metadata["grant_types_supported"]!.AsArray().Select(one => (string)one!));
        Assert.Equal(
            403, (int)(await tokens.Sluice.With((string)played["token"]!).ChatAsync()).Status); // Of another model.
    }

    [Fact]
    public async Task What_somebody_could_try_with_a_sign_in_gives_nothing()
    {
        var (access, other) = (await tokens.Admins.NewAccessAsync(), await tokens.Admins.NewAccessAsync());
        var played = await PlayAsync("attacks", access, other);

        // An address that is not registered, or a program that is not: a page, and nothing that leads anywhere.
        Assert.Equal(13, played["foreign"]!.AsArray().Count);
        Assert.All(played["foreign"]!.AsArray(), answer =>
        {
            Assert.Equal(400, (int)answer!["status"]!);
            Assert.Null(answer["location"]);
            Assert.True((bool)answer["page"]!);
            Assert.Equal(0, (int)answer["cookies"]!);
            Assert.StartsWith("default-src 'none'", (string?)answer["policy"], StringComparison.Ordinal);
        });

        // With a proof that proves nothing, or for what is not offered: told at the address that is the program's own.
        Assert.Equal(3, played["unproved"]!.AsArray().Count);
        Assert.All(played["unproved"]!.AsArray(), answer => IsTold("invalid_request", answer!["heard"]!));
        Assert.Equal(
            ["unsupported_response_type", "invalid_scope", "request_not_supported", "invalid_request"],
            played["others"]!.AsArray().Select(answer => (string?)answer!["heard"]!["error"]));

        // A code with another secret, at another address, of another client, or for the second time.
        foreach (var name in (string[])["stolen", "burnt", "elsewhere", "byOther", "again", "renewed"])
        {
            Assert.Equal("invalid_grant", (string?)played[name]!["error"]);
        }

        Assert.Equal("invalid_request", (string?)played["byNobody"]!["error"]);
        Assert.Equal("invalid_client", (string?)played["byWrongKey"]!["error"]);
        Assert.Equal((200, 200), ((int)played["own"]!, (int)played["given"]!)); // Others have spoilt nothing.
        Assert.False((bool)played["active"]!); // What the code gave ended when it came again.

        // What comes back in another browser, of another sign-in, by another provider's way, or twice.
        foreach (var name in (string[])["noCookie", "otherCookie", "otherProvider", "replayed"])
        {
            Assert.Equal(400, (int)played[name]!["status"]!);
        }

        Assert.True((bool)played["issued"]!);

        // What another provider says, or nobody says whose it is.
        Assert.All(played["mixed"]!.AsArray(), answer => IsTold("access_denied", answer!));
        IsTold("access_denied", played["denied"]!);
        IsNowhere(["a-secret-at-the-provider", .. played["codes"]!.AsArray().Select(code => (string)code!)]);
    }

    [Fact]
    public async Task People_of_WeChat_Work_sign_in_without_an_ID_token()
    {
        var access = await tokens.Admins.NewAccessAsync();
        var played = await PlayAsync("wechat", access);

        var claims = played["claims"]!;
        Assert.Equal("corp/zhangsan", (string?)claims["sub"]);
        Assert.Equal("user", (string?)Assert.Single(claims["roles"]!.AsArray()));
        Assert.Null(claims["auth_time"]);
        string[] first = ["/page", "/cgi-bin/gettoken", "/cgi-bin/auth/getuserinfo"];
        string[] again = ["/page", "/cgi-bin/auth/getuserinfo"]; // With the token that is known.
        Assert.Equal([.. first, .. again], played["before"]!.AsArray().Select(path => (string)path!));
        Assert.Equal(
            ["/page", "/cgi-bin/auth/getuserinfo", "/cgi-bin/gettoken", "/cgi-bin/auth/getuserinfo"],
            played["after"]!.AsArray().Select(path => (string)path!).Take(4)); // It was good no more.
        Assert.True((bool)played["renews"]!);
        IsTold("access_denied", played["wrong"]!);
        IsTold("access_denied", played["fresh"]!); // Nobody says there when somebody signed in.
        Assert.Equal(200, (int)(await tokens.Sluice.With((string)played["token"]!).ChatAsync()).Status);

        IsNowhere("a-secret-at-the-provider", "token-1", "token-2", "code-of-zhang");
    }

    [Fact]
    public async Task How_people_sign_in_is_written_as_it_is_read_and_every_mistake_is_named()
    {
        var access = await tokens.Admins.NewAccessAsync();
        var (provider, login) = ($"tenants/{access.Tenant}/providers/corp", $"clients/{access.ClientId}/login");
        var addresses = (string[])["https://app.example/callback"];
        (await tokens.Admins.GetAsync(login)).Is(HttpStatusCode.NotFound);
        Assert.Contains(
            "none of that name",
            (await tokens.Admins.PutAsync(login, new { provider = "corp", redirectUris = addresses }))
                .Is(HttpStatusCode.BadRequest).Detail,
            StringComparison.Ordinal);
        (await tokens.Admins.PutAsync(provider, ProviderOf("https://login.example", "s3cret"))).Is(HttpStatusCode.OK);
        (await tokens.Admins.PutAsync(login, new { provider = "corp", redirectUris = addresses }))
            .Is(HttpStatusCode.OK);

        // What is read may be written; the secret stays, but not for another provider of that name.
        var read = (await tokens.Admins.GetAsync($"tenants/{access.Tenant}/providers")).Json["items"]![0]!;
        var written = (await tokens.Admins.PutAsync(provider, read.ToJsonString())).Is(HttpStatusCode.OK).Json;
        Assert.Equal(read.ToJsonString(), written.ToJsonString());
        Assert.Contains(
            "clientSecret: must be said again",
            (await tokens.Admins.PutAsync(provider, ProviderOf("https://else.example", null)))
                .Is(HttpStatusCode.BadRequest).Detail,
            StringComparison.Ordinal);
        var wrong = await tokens.Admins.PutAsync(
            login, new { provider = "corp", redirectUris = (string[])["http://app.example/", "x"] });
        Assert.Contains("redirectUris[1]", wrong.Is(HttpStatusCode.BadRequest).Detail, StringComparison.Ordinal);
        Assert.Equal(
            addresses,
            (await tokens.Admins.GetAsync(login)).Json["redirectUris"]!.AsArray().Select(one => (string)one!));
        (await tokens.Admins.SendAsync(HttpMethod.Delete, login)).Is(HttpStatusCode.NoContent);
        (await tokens.Admins.SendAsync(HttpMethod.Delete, login)).Is(HttpStatusCode.NotFound);
        (await tokens.Admins.PutAsync(
            "clients/zzzzzzzzzzzz/login", new { provider = "corp", redirectUris = addresses }))
            .Is(HttpStatusCode.NotFound);

        static object ProviderOf(string issuer, string? clientSecret) => new
        {
            issuer,
            audience = "sluice",
            grants = new[] { new { client = "x", @is = "*" } },
            login = new { kind = "oidc", clientSecret },
        };
    }

    /// <summary>Neither stored nor said.</summary>
    private void IsNowhere(params string[] secrets)
    {
        var all = tokens.StoredAndSaid;
        Assert.Contains("login.create", all, StringComparison.Ordinal); // What is there is found.
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
    }

    private void IsTold(string error, JsonNode heard)
    {
        Assert.Equal(error, (string?)heard["error"]);
        Assert.Equal(tokens.Issuer, (string?)heard["iss"]);
        Assert.NotNull(heard["state"]);
        Assert.Null(heard["code"]);
    }

    private Task<JsonNode> PlayAsync(string name, Access access, Access? other = null) => NodeClient.RunAsync(
        "login.mjs",
        [
            name, tokens.Issuer, tokens.Sluice.Admin.ToString().TrimEnd('/'), tokens.Sluice.AdminKey, access.Tenant,
            access.Name, access.ClientId, (other ?? access).ClientId, access.Key,
        ]);
}
