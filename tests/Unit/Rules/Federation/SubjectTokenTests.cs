using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Rules.Federation;
using Sluice.Rules.Tokens;
using Sluice.Unit.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Federation;

/// <summary>
/// Tokens of a provider, and what somebody could try with them (RFC 8725; OpenID Connect Core, 3.1.3.7).
/// </summary>
public sealed class SubjectTokenTests
{
    private const string Issuer = "https://login.example";
    private const string Audience = "sluice-at-login";

    private static readonly PublicKeySet Keys = new([TestKeys.Ec.Public, TestKeys.Rsa.Public]);
    private static readonly string Header = HeaderOf("\"typ\":\"JWT\",");

    private static readonly IdentityProvider Provider = new("corp", Issuer, Audience)
    {
        Grants = [Grant("bot", "sub", "*")],
    };

    [Fact]
    public void A_good_token_says_who_it_is_and_when_it_ends()
    {
        var fault = Read(Sign(Claims), Provider, out var token);

        Assert.Equal(TokenFault.None, fault);
        Assert.Equal("corp/user-1", token!.Subject);
        Assert.Equal(At(300), token.ExpiresAt);
        Assert.Equal(At(-20), token.AuthTime);
        Assert.Equal(TokenScope.All, token.Scope);
        Assert.Empty(token.Roles);
        Assert.Equal(TokenFault.None, Judge(Sign(Claims, TestKeys.Rsa)));
    }

    [Theory]
    [InlineData("iss", TokenFault.WrongIssuer)]
    [InlineData("aud", TokenFault.WrongAudience)]
    [InlineData("exp", TokenFault.BadClaims)]
    [InlineData("iat", TokenFault.BadClaims)]
    [InlineData("sub", TokenFault.BadClaims)]
    [InlineData("auth_time", TokenFault.None)]
    public void A_claim_that_is_missing_is_missed(string claim, object fault) =>
        Assert.Equal(fault, Spoiled(claims => claims.Remove(claim)));

    [Theory]
    [InlineData("iss", "https://login.example/", TokenFault.WrongIssuer)]
    [InlineData("iss", "https://LOGIN.example", TokenFault.WrongIssuer)]
    [InlineData("aud", "another", TokenFault.WrongAudience)]
    [InlineData("sub", "", TokenFault.BadClaims)]
    [InlineData("sub", "a\nb", TokenFault.BadClaims)]
    [InlineData("sub", 5, TokenFault.BadClaims)]
    [InlineData("auth_time", "yesterday", TokenFault.BadClaims)]
    [InlineData("exp", "1", TokenFault.BadClaims)]
    [InlineData("nbf", 1.5, TokenFault.BadClaims)]
    [InlineData("cnf", "x", TokenFault.SenderConstrained)]
    public void A_claim_that_is_wrong_is_refused(string claim, object value, object fault) =>
        Assert.Equal(fault, Spoiled(claims => claims[claim] = value));

    /// <summary>Guards against a token that its audience's neighbour brings.</summary>
    [Fact]
    public void An_ID_token_for_several_must_have_been_made_to_us()
    {
        string[] both = [Audience, "other"];

        Assert.Equal(TokenFault.None, Spoiled(claims => claims["aud"] = (string[])[Audience]));
        Assert.Equal(TokenFault.WrongAudience, Spoiled(claims => claims["aud"] = both));
        Assert.Equal(TokenFault.None, Spoiled(claims => (claims["aud"], claims["azp"]) = (both, Audience)));
        Assert.Equal(TokenFault.WrongAudience, Spoiled(claims => (claims["aud"], claims["azp"]) = (both, "other")));
        Assert.Equal(TokenFault.WrongAudience, Spoiled(claims => claims["azp"] = "other"));
        Assert.Equal(TokenFault.None, Spoiled(claims => claims["aud"] = both, SubjectTokenKind.WebToken));
    }

    [Theory]
    [InlineData("none", TokenFault.WrongAlgorithm)]
    [InlineData("HS256", TokenFault.WrongAlgorithm)]
    [InlineData("PS256", TokenFault.WrongAlgorithm)]
    [InlineData("RS256", TokenFault.WrongAlgorithm)]
    public void A_token_does_not_choose_how_its_key_judges(string algorithm, object fault)
    {
        var header = $$"""{"alg":"{{algorithm}}","kid":"{{TestKeys.Ec.Public.KeyId}}"}""";

        Assert.Equal(fault, Judge(TestKeys.Sign(header, JsonSerializer.Serialize(Claims))));
    }

    /// <summary>RFC 8725, 2.1: a public key taken for the secret of HMAC.</summary>
    [Fact]
    public void A_MAC_with_the_public_key_is_no_signature()
    {
        var header = $$"""{"alg":"HS256","kid":"{{TestKeys.Rsa.Public.KeyId}}"}""";
        var signed = $"{TestKeys.Encode(header)}.{TestKeys.Encode(JsonSerializer.Serialize(Claims))}";
        var mac = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(TestKeys.Rsa.Public.ToJson()), Encoding.ASCII.GetBytes(signed));

        Assert.Equal(TokenFault.WrongAlgorithm, Judge($"{signed}.{Base64UrlText.Encode(mac)}"));
    }

    [Fact]
    public void An_algorithm_that_the_tenant_did_not_name_is_refused()
    {
        var rsaOnly = Provider with { Algorithms = [SignatureAlgorithm.Rs256] };

        Assert.Equal(TokenFault.WrongAlgorithm, Judge(Sign(Claims), rsaOnly));
        Assert.Equal(TokenFault.None, Judge(Sign(Claims, TestKeys.Rsa), rsaOnly));
    }

    [Theory]
    [InlineData("\"jku\":\"https://evil.example/keys\",", TokenFault.ForbiddenHeader)]
    [InlineData("\"jwk\":{},", TokenFault.ForbiddenHeader)]
    [InlineData("\"x5u\":\"https://evil.example\",", TokenFault.ForbiddenHeader)]
    [InlineData("\"crit\":[\"exp\"],", TokenFault.ForbiddenHeader)]
    [InlineData("\"typ\":\"at+jwt\",", TokenFault.WrongType)]
    [InlineData("\"typ\":\"logout+jwt\",", TokenFault.WrongType)]
    [InlineData("", TokenFault.None)]
    public void A_header_that_chooses_its_judge_or_is_of_another_type_is_refused(string member, object fault) =>
        Assert.Equal(fault, Judge(TestKeys.Sign(HeaderOf(member), JsonSerializer.Serialize(Claims))));

    [Fact]
    public void An_access_token_is_taken_for_one_and_for_nothing_else()
    {
        var access = TestKeys.Sign(HeaderOf("\"typ\":\"at+jwt\","), JsonSerializer.Serialize(Claims));

        Assert.Equal(TokenFault.None, Judge(access, kind: SubjectTokenKind.AccessToken));
        Assert.Equal(TokenFault.WrongType, Judge(access, kind: SubjectTokenKind.WebToken));
        Assert.Equal(TokenFault.WrongType, Judge(Sign(Claims), kind: SubjectTokenKind.AccessToken));
    }

    [Fact]
    public void A_token_of_another_key_or_too_long_is_refused()
    {
        var claims = JsonSerializer.Serialize(Claims);

        Assert.Equal(TokenFault.BadSignature, Judge(TestKeys.Sign(Header, claims, TestKeys.OtherEc)));
        Assert.Equal(TokenFault.UnknownKey, Judge(CompactToken.Sign("JWT", Bytes(Claims), TestKeys.OtherEc)));
        Assert.Equal(TokenFault.TooLong, Spoiled(claims => claims["groups"] = new string('x', 9000)));
    }

    [Fact]
    public void A_token_ends_by_our_clock_and_is_not_too_old_for_its_tenant()
    {
        Assert.Equal(TokenFault.None, Spoiled(claims => claims["exp"] = At(1)));
        Assert.Equal(TokenFault.Expired, Spoiled(claims => claims["exp"] = At(0)));
        Assert.Equal(TokenFault.None, Spoiled(claims => claims["iat"] = At(-3659)));
        Assert.Equal(TokenFault.Expired, Spoiled(claims => claims["iat"] = At(-3660)));
        Assert.Equal(TokenFault.NotYetValid, Spoiled(claims => claims["iat"] = At(61)));
        Assert.Equal(TokenFault.NotYetValid, Spoiled(claims => claims["auth_time"] = At(61)));
        Assert.Equal(TokenFault.NotYetValid, Spoiled(claims => claims["nbf"] = At(61)));
    }

    [Fact]
    public void What_somebody_gets_is_what_all_grants_of_theirs_give_for_that_client()
    {
        var provider = Provider with
        {
            Grants =
            [
                Grant("bot", "groups", "ml", "model:a", "developer"),
                Grant("bot", "groups", "ops*", "model:b", "auditor"),
                Grant("bot", "groups", "root", "models", "admin"),
                Grant("other", "groups", "ml", "models", "admin"),
            ],
        };
        SubjectToken? With(params string[] groups)
        {
            var claims = Claims;
            claims["groups"] = groups;
            Read(Sign(claims), provider, out var token);
            return token;
        }

        Assert.Equal("model:a", With("ml")!.Scope.Text);
        Assert.Equal(["developer"], With("ml", "x")!.Roles);
        Assert.Equal("model:a model:b", With("ml", "ops-2")!.Scope.Text);
        Assert.Equal(["auditor", "developer"], With("ops-2", "ml")!.Roles);
        Assert.Equal("models", With("ml", "root")!.Scope.Text);
        Assert.Null(With("op"));
        Assert.Null(With());
    }

    /// <summary>Guards against roles that a provider, or whoever can write there, gives by itself.</summary>
    [Fact]
    public void What_a_provider_says_of_roles_and_scopes_gives_nothing()
    {
        var claims = Claims;
        (claims["roles"], claims["scope"]) = ((string[])["admin"], "models");
        var narrow = Provider with { Grants = [Grant("bot", "sub", "user-*", "model:a")] };

        Assert.Equal(TokenFault.None, Read(Sign(claims), narrow, out var token));
        Assert.Empty(token!.Roles);
        Assert.Equal("model:a", token.Scope.Text);
    }

    [Fact]
    public void Whoever_is_granted_nothing_gets_nothing()
    {
        foreach (var grant in (SubjectGrant[])
            [Grant("bot", "sub", "user-2"), Grant("other", "sub", "*"), Grant("bot", "groups", "*")])
        {
            Assert.Equal(TokenFault.NotGranted, Judge(Sign(Claims), Provider with { Grants = [grant] }));
        }
    }

    [Fact]
    public void What_cannot_be_a_providers_is_told_before_its_keys_are_asked_for()
    {
        bool Could(Action<Dictionary<string, object?>> spoil)
        {
            var claims = Claims;
            spoil(claims);
            return SubjectTokenRules.TryClaim(Sign(claims), Provider, TestKeys.Now) is not null;
        }

        Assert.True(Could(_ => { }));
        Assert.False(Could(claims => claims["iss"] = "https://other.example"));
        Assert.False(Could(claims => claims["aud"] = "other"));
        Assert.False(Could(claims => claims["exp"] = At(0)));
        Assert.Null(SubjectTokenRules.TryClaim("no token", Provider, TestKeys.Now));
    }

    private static Dictionary<string, object?> Claims => new()
    {
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["sub"] = "user-1",
        ["iat"] = At(-10),
        ["exp"] = At(300),
        ["auth_time"] = At(-20),
    };

    private static SubjectGrant Grant(
        string client, string claim, string pattern, string scope = "", params string[] roles) =>
        new(client, claim, pattern, TokenScope.TryParse(scope)!, [.. roles]);

    private static long At(int seconds) => TestKeys.Now.ToUnixTimeSeconds() + seconds;

    private static string HeaderOf(string member) =>
        $$"""{"alg":"ES256",{{member}}"kid":"{{TestKeys.Ec.Public.KeyId}}"}""";

    private static byte[] Bytes(Dictionary<string, object?> claims) => JsonSerializer.SerializeToUtf8Bytes(claims);

    private static string Sign(Dictionary<string, object?> claims, PrivateKey? key = null) =>
        CompactToken.Sign("JWT", Bytes(claims), key ?? TestKeys.Ec);

    private static object Spoiled(
        Action<Dictionary<string, object?>> spoil, SubjectTokenKind kind = SubjectTokenKind.IdToken)
    {
        var claims = Claims;
        spoil(claims);
        return Judge(Sign(claims), kind: kind);
    }

    private static TokenFault Judge(
        string text, IdentityProvider? provider = null, SubjectTokenKind kind = SubjectTokenKind.IdToken) =>
        SubjectTokenRules.TryRead(
            text, kind, provider ?? Provider, Keys, client => client == "bot", TestKeys.Now, out _);

    private static TokenFault Read(string text, IdentityProvider provider, out SubjectToken? token) =>
        SubjectTokenRules.TryRead(
            text, SubjectTokenKind.IdToken, provider, Keys, client => client == "bot", TestKeys.Now, out token);
}
