using System.Text;
using System.Text.Json;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

/// <summary>RFC 9068's claims, and the attacks that RFC 8725 lists.</summary>
public sealed class AccessTokenTests
{
    private static readonly string Header = HeaderOf(TestKeys.Ec.Public.KeyId);

    [Fact]
    public void A_token_reads_back_as_it_was_signed()
    {
        foreach (var key in (PrivateKey[])[TestKeys.Ec, TestKeys.Rsa])
        {
            var token = TestKeys.Token with { Scope = TokenScope.TryParse("model:deep* model:qwen")! };

            var fault = AccessTokenRules.TryRead(
                AccessTokenRules.Sign(token, key), TestKeys.Expected, TestKeys.Now, out var read);

            Assert.Equal(TokenFault.None, fault);
            Assert.Equal(token with { SignedBy = key.Public.KeyId }, read);
        }
    }

    [Fact]
    public void A_token_that_names_no_key_says_how_it_was_come_by()
    {
        var asserted = TestKeys.Token with { KeyVersion = 0, SignIn = TokenSignIn.Assertion };
        var foreign = TestKeys.Token with
        {
            KeyVersion = 0, SignIn = TokenSignIn.Provider, ForeignSubject = "corp/user-1", AuthTime = 5,
        };

        Assert.Equal(asserted with { SignedBy = TestKeys.Ec.Public.KeyId }, ReadBack(asserted));
        Assert.Equal(foreign with { SignedBy = TestKeys.Ec.Public.KeyId }, ReadBack(foreign));
        Assert.Equal(["admin", "x-1"], ReadBack(foreign with { Roles = ["admin", "x-1"] })!.Roles);
        Assert.Null(ReadBack(asserted with { ForeignSubject = "corp/user-1" }));
        Assert.Null(ReadBack(foreign with { ForeignSubject = "user-1" }));
        Assert.Null(ReadBack(foreign with { Roles = ["NO NAME"] }));
    }

    [Theory]
    [InlineData("assertion", TokenFault.None)]
    [InlineData("key", TokenFault.BadClaims)]
    [InlineData("", TokenFault.BadClaims)]
    public void A_token_is_of_a_key_or_of_a_known_kind_and_not_of_both(string signIn, object fault)
    {
        Assert.Equal(TokenFault.BadClaims, Spoiled(claims => claims["sign_in"] = signIn));
        Assert.Equal(fault, Spoiled(claims =>
        {
            claims.Remove("key_version");
            claims["sign_in"] = signIn;
        }));
    }

    [Fact]
    public void A_header_says_algorithm_type_and_key_and_nothing_else()
    {
        var text = AccessTokenRules.Sign(TestKeys.Token, TestKeys.Rsa);
        var header = Encoding.UTF8.GetString(Base64UrlText.TryDecode(text.Split('.')[0])!);

        Assert.Equal($$"""{"alg":"RS256","typ":"at+jwt","kid":"{{TestKeys.Rsa.Public.KeyId}}"}""", header);
    }

    [Fact]
    public void A_token_signed_by_hand_is_good() =>
        Assert.Equal(TokenFault.None, TestKeys.Judge(TestKeys.Sign(Header, JsonSerializer.Serialize(TestKeys.Claims))));

    /// <summary>RFC 8725, 2.1: the algorithm "none", in any case, with and without a signature.</summary>
    [Theory]
    [InlineData("none")]
    [InlineData("NONE")]
    [InlineData("None")]
    public void A_token_that_is_not_signed_is_refused(string none)
    {
        var header = $$"""{"alg":"{{none}}","typ":"at+jwt","kid":"{{TestKeys.Ec.Public.KeyId}}"}""";
        var text = TestKeys.Sign(header, JsonSerializer.Serialize(TestKeys.Claims));

        Assert.Equal(TokenFault.WrongAlgorithm, TestKeys.Judge(text));
        Assert.Equal(
            TokenFault.WrongAlgorithm, TestKeys.Judge(text[..(text.LastIndexOf('.') + 1)]));
    }

    /// <summary>RFC 8725, 2.1: a public key of RSA taken for the secret of HMAC.</summary>
    [Theory]
    [InlineData("HS256")]
    [InlineData("ES256")]
    public void A_token_does_not_choose_how_its_key_judges(string algorithm)
    {
        var header = $$"""{"alg":"{{algorithm}}","typ":"at+jwt","kid":"{{TestKeys.Rsa.Public.KeyId}}"}""";
        var signed = $"{TestKeys.Encode(header)}.{TestKeys.Encode(JsonSerializer.Serialize(TestKeys.Claims))}";
        var mac = System.Security.Cryptography.HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(TestKeys.Rsa.Public.ToJson()), Encoding.ASCII.GetBytes(signed));

        Assert.Equal(TokenFault.WrongAlgorithm, TestKeys.Judge($"{signed}.{Base64UrlText.Encode(mac)}"));
    }

    [Fact]
    public void A_token_of_another_key_is_refused_whatever_name_it_gives()
    {
        var claims = JsonSerializer.Serialize(TestKeys.Claims);

        Assert.Equal(TokenFault.BadSignature, TestKeys.Judge(TestKeys.Sign(Header, claims, TestKeys.OtherEc)));
        Assert.Equal(
            TokenFault.UnknownKey,
            TestKeys.Judge(TestKeys.Sign(HeaderOf(TestKeys.OtherEc.Public.KeyId), claims, TestKeys.OtherEc)));
        Assert.Equal(
            TokenFault.UnknownKey, TestKeys.Judge(TestKeys.Sign("""{"alg":"ES256","typ":"at+jwt"}""", claims)));
    }

    [Theory]
    [InlineData("../../../dev/null")]
    [InlineData("' OR 1=1 --")]
    [InlineData("https://evil.example/key")]
    public void The_name_of_a_key_is_looked_up_and_nothing_else(string keyId) => Assert.Equal(
        TokenFault.UnknownKey,
        TestKeys.Judge(TestKeys.Sign(HeaderOf(keyId), JsonSerializer.Serialize(TestKeys.Claims))));

    /// <summary>RFC 8725, 2.8 and 3.11: a token for one purpose taken for another.</summary>
    [Theory]
    [InlineData("\"typ\":\"JWT\",")]
    [InlineData("\"typ\":\"jwt\",")]
    [InlineData("\"typ\":\"secevent+jwt\",")]
    [InlineData("\"typ\":\"dpop+jwt\",")]
    [InlineData("\"typ\":\"\",")]
    [InlineData("")]
    public void A_token_of_another_type_is_refused(string type) => Assert.Equal(
        TokenFault.WrongType,
        TestKeys.Judge(TestKeys.Sign(
            $$"""{"alg":"ES256",{{type}}"kid":"{{TestKeys.Ec.Public.KeyId}}"}""",
            JsonSerializer.Serialize(TestKeys.Claims))));

    [Theory]
    [InlineData("application/at+jwt")]
    [InlineData("AT+JWT")]
    public void The_type_may_be_written_in_full_and_in_any_case(string type) => Assert.Equal(
        TokenFault.None,
        TestKeys.Judge(TestKeys.Sign(
            $$"""{"alg":"ES256","typ":"{{type}}","kid":"{{TestKeys.Ec.Public.KeyId}}"}""",
            JsonSerializer.Serialize(TestKeys.Claims))));

    [Theory]
    [InlineData("iss", TokenFault.WrongIssuer)]
    [InlineData("aud", TokenFault.WrongAudience)]
    [InlineData("sub", TokenFault.BadClaims)]
    [InlineData("client_id", TokenFault.BadClaims)]
    [InlineData("iat", TokenFault.BadClaims)]
    [InlineData("exp", TokenFault.BadClaims)]
    [InlineData("jti", TokenFault.BadClaims)]
    [InlineData("scope", TokenFault.BadClaims)]
    [InlineData("tenant", TokenFault.BadClaims)]
    [InlineData("key_version", TokenFault.BadClaims)]
    public void A_claim_that_is_missing_is_missed(string claim, object fault) =>
        Assert.Equal(fault, Spoiled(claims => claims.Remove(claim)));

    [Theory]
    [InlineData("iss", "https://evil.example", TokenFault.WrongIssuer)]
    [InlineData("iss", "https://sluice.example/", TokenFault.WrongIssuer)]
    [InlineData("iss", "https://SLUICE.example", TokenFault.WrongIssuer)]
    [InlineData("aud", "https://other.example", TokenFault.WrongAudience)]
    [InlineData("aud", 1, TokenFault.WrongAudience)]
    [InlineData("sub", "another", TokenFault.BadClaims)]
    [InlineData("client_id", "short", TokenFault.BadClaims)]
    [InlineData("iat", "1", TokenFault.BadClaims)]
    [InlineData("exp", 1.5, TokenFault.BadClaims)]
    [InlineData("exp", -1, TokenFault.BadClaims)]
    [InlineData("exp", 1e300, TokenFault.BadClaims)]
    [InlineData("exp", 1, TokenFault.BadClaims)]
    [InlineData("nbf", "soon", TokenFault.BadClaims)]
    [InlineData("jti", "", TokenFault.BadClaims)]
    [InlineData("scope", "", TokenFault.BadClaims)]
    [InlineData("scope", "admin", TokenFault.BadClaims)]
    [InlineData("key_version", 0, TokenFault.BadClaims)]
    [InlineData("key_version", 999999999, TokenFault.BadClaims)]
    [InlineData("cnf", "x", TokenFault.SenderConstrained)]
    public void A_claim_that_is_wrong_is_refused(string claim, object value, object fault) =>
        Assert.Equal(fault, Spoiled(claims => claims[claim] = value));

    [Fact]
    public void One_audience_of_several_is_enough_and_others_alone_are_not()
    {
        Assert.Equal(TokenFault.None, Spoiled(claims => claims["aud"] = (string[])["other", TestKeys.Audience]));
        Assert.Equal(TokenFault.WrongAudience, Spoiled(claims => claims["aud"] = (string[])["other"]));
        Assert.Equal(TokenFault.WrongAudience, Spoiled(claims => claims["aud"] = Array.Empty<string>()));
    }

    [Fact]
    public void A_claim_that_stands_twice_is_refused()
    {
        var claims = JsonSerializer.Serialize(TestKeys.Claims);
        var twice = claims[..^1] + $$""","exp":{{TestKeys.Now.AddYears(1).ToUnixTimeSeconds()}}}""";

        Assert.Equal(TokenFault.Malformed, TestKeys.Judge(TestKeys.Sign(Header, twice)));
    }

    [Fact]
    public void A_token_ends_with_its_time_and_the_difference_that_clocks_may_have()
    {
        var text = AccessTokenRules.Sign(TestKeys.Token, TestKeys.Ec);
        var end = DateTimeOffset.FromUnixTimeSeconds(TestKeys.Token.ExpiresAt) + AccessToken.ClockSkew;

        Assert.Equal(TokenFault.None, TestKeys.Judge(text, end.AddTicks(-1)));
        Assert.Equal(TokenFault.Expired, TestKeys.Judge(text, end));
    }

    [Fact]
    public void A_token_from_the_future_is_refused()
    {
        var text = AccessTokenRules.Sign(TestKeys.Token, TestKeys.Ec);

        Assert.Equal(TokenFault.None, TestKeys.Judge(text, TestKeys.Now - AccessToken.ClockSkew));
        Assert.Equal(
            TokenFault.NotYetValid,
            TestKeys.Judge(text, TestKeys.Now - AccessToken.ClockSkew - TimeSpan.FromSeconds(1)));
        Assert.Equal(
            TokenFault.NotYetValid,
            Spoiled(claims => claims["nbf"] = TestKeys.Now.AddMinutes(2).ToUnixTimeSeconds()));
    }

    [Fact]
    public void A_token_that_is_good_for_long_is_refused()
    {
        var longest = TestKeys.Now.AddMinutes(15).ToUnixTimeSeconds();

        Assert.Equal(TokenFault.None, Spoiled(claims => claims["exp"] = longest));
        Assert.Equal(TokenFault.TooLongLived, Spoiled(claims => claims["exp"] = longest + 1));
    }

    private static AccessToken? ReadBack(AccessToken token)
    {
        AccessTokenRules.TryRead(
            AccessTokenRules.Sign(token, TestKeys.Ec), TestKeys.Expected, TestKeys.Now, out var read);
        return read;
    }

    private static string HeaderOf(string keyId) => $$"""{"alg":"ES256","typ":"at+jwt","kid":"{{keyId}}"}""";

    private static object Spoiled(Action<Dictionary<string, object?>> spoil)
    {
        var claims = TestKeys.Claims;
        spoil(claims);
        return TestKeys.Judge(TestKeys.Sign(Header, JsonSerializer.Serialize(claims)));
    }
}
