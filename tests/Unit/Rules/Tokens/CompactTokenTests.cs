using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

public sealed class CompactTokenTests
{
    private const string Good = """{"alg":"ES256"}""";

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.AA.AA")]
    [InlineData(".e30.AA")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.A")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.AA==")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.A A")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e3 0.AA")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9\n.e30.AA")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.+/AA")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.äA")]
    [InlineData("""{"payload":"e30","protected":"eyJhbGciOiJFUzI1NiJ9","signature":"AA"}""")]
    public void What_is_not_three_parts_in_base_64_is_malformed(string text) =>
        Assert.Equal(TokenFault.Malformed, CompactToken.TryParse(text, out _));

    /// <summary>Guards against a token that a list of texts does not stop, because it has another text too.</summary>
    [Theory]
    [InlineData("AB")]
    [InlineData("AP")]
    [InlineData("AAB")]
    [InlineData("AAD")]
    public void Bits_that_say_nothing_must_be_zero(string signature)
    {
        Assert.Null(Base64UrlText.TryDecode(signature));
        Assert.NotNull(Base64UrlText.TryDecode(new string('A', signature.Length)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"alg\"")]
    [InlineData("""{"alg":"ES256",}""")]
    [InlineData("""{"alg":"ES256"}{}""")]
    [InlineData("""{"alg":"ES256" /* */}""")]
    [InlineData("""{"alg":"ES256","alg":"ES256"}""")]
    [InlineData("""{"alg":"ES256","\u0061lg":"none"}""")]
    [InlineData("""{"alg":"ES256","x":{"a":1,"a":2}}""")]
    [InlineData("""{"alg":"ES256","\ud800":1}""")]
    [InlineData("""{"alg":"ES256","typ":1}""")]
    [InlineData("""{"alg":"ES256","kid":null}""")]
    [InlineData("""{"alg":"ES256","kid":""}""")]
    [InlineData("""{"alg":"ES256","kid":"\ud800"}""")]
    [InlineData("""{"alg":"ES256","a":[[[[[[[[[1]]]]]]]]]}""")]
    public void A_header_that_two_readers_could_read_differently_is_malformed(string header) =>
        Assert.Equal(TokenFault.Malformed, CompactToken.TryParse($"{TestKeys.Encode(header)}.e30.AA", out _));

    [Fact]
    public void A_header_that_is_not_utf_8_is_malformed()
    {
        var header = Base64UrlText.Encode([.. "{\"alg\":\"ES256\",\"a\":\""u8, 0xC3, .. "\"}"u8]);

        Assert.Equal(TokenFault.Malformed, CompactToken.TryParse($"{header}.e30.AA", out _));
    }

    [Theory]
    [InlineData("jku", "\"https://evil.example/keys\"")]
    [InlineData("x5u", "\"https://evil.example/chain\"")]
    [InlineData("x5c", "[\"MIIB\"]")]
    [InlineData("jwk", "{\"kty\":\"EC\"}")]
    [InlineData("crit", "[\"exp\"]")]
    [InlineData("crit", "[]")]
    [InlineData("b64", "true")]
    [InlineData("b64", "false")]
    [InlineData("zip", "\"DEF\"")]
    [InlineData("enc", "\"A256GCM\"")]
    public void A_header_that_says_how_it_is_to_be_judged_is_refused(string member, string value) => Assert.Equal(
        TokenFault.ForbiddenHeader,
        CompactToken.TryParse($"{TestKeys.Encode($$"""{"alg":"ES256","{{member}}":{{value}}}""")}.e30.AA", out _));

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    [InlineData("HS256")]
    [InlineData("HS512")]
    [InlineData("es256")]
    [InlineData("ES384")]
    [InlineData("ES256K")]
    [InlineData("PS256")]
    [InlineData("RS1")]
    [InlineData("EdDSA")]
    [InlineData("RSA1_5")]
    public void Any_other_algorithm_is_refused(string algorithm)
    {
        var header = TestKeys.Encode($$"""{"alg":"{{algorithm}}"}""");

        Assert.Equal(TokenFault.WrongAlgorithm, CompactToken.TryParse($"{header}.e30.", out _));
        Assert.Equal(TokenFault.WrongAlgorithm, CompactToken.TryParse($"{header}.e30.AA", out _));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"alg":null}""")]
    [InlineData("""{"alg":["ES256"]}""")]
    public void No_algorithm_is_refused_too(string header) =>
        Assert.Equal(TokenFault.WrongAlgorithm, CompactToken.TryParse($"{TestKeys.Encode(header)}.e30.AA", out _));

    [Fact]
    public void What_is_longer_than_any_token_is_not_even_looked_at()
    {
        var header = TestKeys.Encode(Good);
        var longest = $"{header}.{new string('A', CompactToken.LengthMax - header.Length - 2)}.";

        Assert.Equal(TokenFault.TooLong, CompactToken.TryParse(longest + "A", out _));
        Assert.NotEqual(TokenFault.TooLong, CompactToken.TryParse(longest, out _));
    }

    /// <summary>RFC 7515, 4: what is not understood is passed over, except where it must be understood.</summary>
    [Fact]
    public void Other_members_of_a_header_are_passed_over() => Assert.Equal(
        TokenFault.None,
        CompactToken.TryParse($"{TestKeys.Encode("""{"alg":"ES256","x5t":"AA","cty":"x","new":{}}""")}.e30.AA", out _));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(70)]
    public void A_signature_of_another_length_is_no_signature(int length) =>
        Assert.False(TestKeys.Ec.Public.Verifies("x"u8, new byte[length]));

    /// <summary>Guards against CVE-2022-21449: a signature of zeros is right for everything.</summary>
    [Fact]
    public void A_signature_of_zeros_is_wrong()
    {
        Assert.False(TestKeys.Ec.Public.Verifies("x"u8, new byte[64]));
        Assert.False(TestKeys.Rsa.Public.Verifies("x"u8, new byte[256]));
    }
}
