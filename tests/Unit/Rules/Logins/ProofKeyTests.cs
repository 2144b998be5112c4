using Sluice.Rules.Logins;
using Xunit;

namespace Sluice.Unit.Rules.Logins;

/// <summary>That whoever redeems a code is who asked for it.</summary>
public sealed class ProofKeyTests
{
    // RFC 7636, appendix B.
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    [Fact]
    public void The_example_of_the_RFC_proves_itself()
    {
        Assert.Equal(Challenge, ProofKey.ChallengeOf(Verifier));
        Assert.True(ProofKey.Proves(Verifier, Challenge));
        Assert.False(ProofKey.Proves(Challenge, Challenge));
        Assert.False(ProofKey.Proves(Verifier[..^1] + "l", Challenge));
    }

    [Theory]
    [InlineData(42, 'a', false)]
    [InlineData(43, 'a', true)]
    [InlineData(128, '~', true)]
    [InlineData(129, 'a', false)]
    [InlineData(43, '+', false)]
    [InlineData(43, 'é', false)]
    public void A_secret_has_43_to_128_characters_that_need_no_escape(int length, char character, bool isOne) =>
        Assert.Equal(isOne, ProofKey.IsVerifier(new string(character, length)));

    [Theory]
    [InlineData(Challenge, true)]
    [InlineData(Challenge + "=", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN", false)]
    [InlineData("", false)]
    public void A_hash_is_32_bytes_in_their_one_form(string text, bool isOne) =>
        Assert.Equal(isOne, ProofKey.IsChallenge(text));
}
