using System.Text.Json;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

/// <summary>RFC 7523, section 3, as its revision narrows it: for us alone, short-lived, and good once.</summary>
public sealed class ClientAssertionTests
{
    private static readonly PublicKeySet Keys = new([TestKeys.Ec.Public, TestKeys.Rsa.Public]);
    private static readonly string Header = HeaderOf("\"typ\":\"JWT\",");

    [Fact]
    public void An_assertion_says_whose_it_is_and_for_how_long()
    {
        foreach (var key in (PrivateKey[])[TestKeys.Ec, TestKeys.Rsa])
        {
            var text = CompactToken.Sign("JWT", JsonSerializer.SerializeToUtf8Bytes(Claims), key);

            var fault = ClientAssertion.TryRead(
                text, TestKeys.ClientId, TestKeys.Issuer, Keys, TestKeys.Now, out var read);

            Assert.Equal(TokenFault.None, fault);
            Assert.Equal(
                new ClientAssertion(TestKeys.ClientId, "a-1", TestKeys.Now.AddMinutes(1).ToUnixTimeSeconds()), read);
            Assert.Equal(TestKeys.ClientId, ClientAssertion.ClaimedClient(text));
        }
    }

    [Theory]
    [InlineData("\"typ\":\"client-authentication+jwt\",", TokenFault.None)]
    [InlineData("\"typ\":\"jwt\",", TokenFault.None)]
    [InlineData("", TokenFault.None)]
    [InlineData("\"typ\":\"at+jwt\",", TokenFault.WrongType)]
    [InlineData("\"typ\":\"dpop+jwt\",", TokenFault.WrongType)]
    [InlineData("\"jku\":\"https://evil.example\",", TokenFault.ForbiddenHeader)]
    [InlineData("\"jwk\":{},", TokenFault.ForbiddenHeader)]
    public void What_is_signed_for_another_purpose_is_no_assertion(string member, object fault) =>
        Assert.Equal(fault, Judge(TestKeys.Sign(HeaderOf(member), JsonSerializer.Serialize(Claims))));

    /// <summary>Guards against an assertion that was made for another server.</summary>
    [Theory]
    [InlineData("https://sluice.example/oauth/token")]
    [InlineData("https://sluice.example/")]
    [InlineData("https://SLUICE.example")]
    [InlineData("https://other.example")]
    public void An_assertion_is_for_our_issuer_letter_by_letter(string audience) =>
        Assert.Equal(TokenFault.WrongAudience, Spoiled(claims => claims["aud"] = audience));

    [Fact]
    public void An_assertion_names_nobody_beside_us()
    {
        Assert.Equal(TokenFault.None, Spoiled(claims => claims["aud"] = (string[])[TestKeys.Issuer]));
        Assert.Equal(
            TokenFault.WrongAudience,
            Spoiled(claims => claims["aud"] = (string[])[TestKeys.Issuer, "https://other.example"]));
        Assert.Equal(TokenFault.WrongAudience, Spoiled(claims => claims["aud"] = Array.Empty<string>()));
        Assert.Equal(TokenFault.WrongAudience, Spoiled(claims => claims["aud"] = 1));
    }

    [Theory]
    [InlineData("iss", TokenFault.WrongIssuer)]
    [InlineData("sub", TokenFault.WrongIssuer)]
    [InlineData("aud", TokenFault.WrongAudience)]
    [InlineData("jti", TokenFault.BadClaims)]
    [InlineData("exp", TokenFault.BadClaims)]
    [InlineData("iat", TokenFault.None)]
    public void A_claim_that_is_missing_is_missed(string claim, object fault) =>
        Assert.Equal(fault, Spoiled(claims => claims.Remove(claim)));

    [Theory]
    [InlineData("iss", "another", TokenFault.WrongIssuer)]
    [InlineData("sub", "another", TokenFault.WrongIssuer)]
    [InlineData("jti", "", TokenFault.BadClaims)]
    [InlineData("jti", 5, TokenFault.BadClaims)]
    [InlineData("exp", "1", TokenFault.BadClaims)]
    [InlineData("iat", "1", TokenFault.BadClaims)]
    [InlineData("nbf", 1.5, TokenFault.BadClaims)]
    public void A_claim_that_is_wrong_is_refused(string claim, object value, object fault) =>
        Assert.Equal(fault, Spoiled(claims => claims[claim] = value));

    [Fact]
    public void A_name_is_no_longer_than_256_characters()
    {
        Assert.Equal(TokenFault.None, Spoiled(claims => claims["jti"] = new string('x', 256)));
        Assert.Equal(TokenFault.BadClaims, Spoiled(claims => claims["jti"] = new string('x', 257)));
    }

    [Fact]
    public void An_assertion_is_good_for_five_minutes_at_most()
    {
        Assert.Equal(TokenFault.None, Spoiled(claims => claims["exp"] = At(300)));
        Assert.Equal(TokenFault.TooLongLived, Spoiled(claims => claims["exp"] = At(301)));
        Assert.Equal(TokenFault.TooLongLived, Spoiled(claims =>
        {
            claims["iat"] = At(-241);
            claims["exp"] = At(60);
        }));

        // Without a time of issue the end alone is looked at, with the difference that clocks may have.
        Assert.Equal(TokenFault.None, Spoiled(claims => Without(claims, At(360))));
        Assert.Equal(TokenFault.TooLongLived, Spoiled(claims => Without(claims, At(361))));
    }

    [Fact]
    public void An_assertion_ends_and_begins_with_the_difference_that_clocks_may_have()
    {
        Assert.Equal(TokenFault.None, Spoiled(claims => claims["exp"] = At(-59)));
        Assert.Equal(TokenFault.Expired, Spoiled(claims => claims["exp"] = At(-60)));
        Assert.Equal(TokenFault.None, Spoiled(claims => claims["iat"] = At(60)));
        Assert.Equal(TokenFault.NotYetValid, Spoiled(claims => claims["iat"] = At(61)));
        Assert.Equal(TokenFault.NotYetValid, Spoiled(claims => claims["nbf"] = At(61)));
    }

    [Fact]
    public void A_key_is_found_by_its_name_or_is_the_only_one_that_could_be_meant()
    {
        var claims = JsonSerializer.Serialize(Claims);
        var unnamed = TestKeys.Sign("""{"alg":"ES256"}""", claims);

        Assert.Equal(TokenFault.None, Judge(unnamed));
        Assert.Equal(
            TokenFault.UnknownKey,
            Judge(unnamed, new PublicKeySet([TestKeys.Ec.Public, TestKeys.OtherEc.Public])));
        Assert.Equal(TokenFault.BadSignature, Judge(unnamed, new PublicKeySet([TestKeys.OtherEc.Public])));
        Assert.Equal(TokenFault.UnknownKey, Judge(TestKeys.Sign("""{"alg":"ES256","kid":"x"}""", claims)));
        Assert.Equal(TokenFault.UnknownKey, Judge(unnamed, PublicKeySet.Empty));
    }

    [Theory]
    [InlineData("none", TokenFault.WrongAlgorithm)]
    [InlineData("HS256", TokenFault.WrongAlgorithm)]
    [InlineData("RS256", TokenFault.WrongAlgorithm)]
    public void An_assertion_does_not_choose_how_its_key_judges(string algorithm, object fault) => Assert.Equal(
        fault,
        Judge(TestKeys.Sign(
            $$"""{"alg":"{{algorithm}}","kid":"{{TestKeys.Ec.Public.KeyId}}"}""", JsonSerializer.Serialize(Claims))));

    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("slk_live_x")]
    public void What_is_no_token_names_no_client(string text)
    {
        Assert.Null(ClientAssertion.ClaimedClient(text));
        Assert.NotEqual(TokenFault.None, Judge(text));
    }

    [Fact]
    public void A_name_that_no_client_can_have_names_no_client() => Assert.Null(
        ClientAssertion.ClaimedClient(TestKeys.Sign(Header, """{"sub":"../../x"}""")));

    private static Dictionary<string, object?> Claims => new()
    {
        ["iss"] = TestKeys.ClientId,
        ["sub"] = TestKeys.ClientId,
        ["aud"] = TestKeys.Issuer,
        ["jti"] = "a-1",
        ["iat"] = At(0),
        ["exp"] = At(60),
    };

    private static long At(int seconds) => TestKeys.Now.ToUnixTimeSeconds() + seconds;

    private static void Without(Dictionary<string, object?> claims, long end)
    {
        claims.Remove("iat");
        claims["exp"] = end;
    }

    private static string HeaderOf(string member) =>
        $$"""{"alg":"ES256",{{member}}"kid":"{{TestKeys.Ec.Public.KeyId}}"}""";

    private static object Spoiled(Action<Dictionary<string, object?>> spoil)
    {
        var claims = Claims;
        spoil(claims);
        return Judge(TestKeys.Sign(Header, JsonSerializer.Serialize(claims)));
    }

    private static TokenFault Judge(string text, PublicKeySet? keys = null) => ClientAssertion.TryRead(
        text, TestKeys.ClientId, TestKeys.Issuer, keys ?? Keys, TestKeys.Now, out _);
}
