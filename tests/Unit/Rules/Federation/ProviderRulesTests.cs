using Sluice.Rules.Federation;
using Sluice.Rules.Tokens;
using Sluice.Unit.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Federation;

public sealed class ProviderRulesTests
{
    private static readonly IdentityProvider Good = new("corp", "https://login.example", "us")
    {
        Grants = [new SubjectGrant("bot", "sub", "*", TokenScope.All, [])],
    };

    [Theory]
    [InlineData("https://login.example", true)]
    [InlineData("https://login.example/realms/a/", true)]
    [InlineData("http://127.0.0.1:4000", true)]
    [InlineData("http://localhost:4000", true)]
    [InlineData("http://[::1]:4000", true)]
    [InlineData("http://login.example", false)]
    [InlineData("http://127.0.0.1.evil.example", false)]
    [InlineData("http://localhost.evil.example", false)]
    [InlineData("https://user@login.example", false)]
    [InlineData("https://login.example#x", false)]
    [InlineData("https://login.example?tenant=a", false)]
    [InlineData("ftp://login.example", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("login.example", false)]
    [InlineData("", false)]
    [InlineData("https://sluice.example", false)]
    public void An_issuer_is_an_address_that_nobody_can_listen_in_on(string issuer, bool isOne) =>
        Assert.Equal(isOne, Mistakes(Good with { Issuer = issuer }).Length == 0);

    [Fact]
    public void Every_mistake_is_named_with_its_place()
    {
        var mistakes = Mistakes(new IdentityProvider("NO", "x", "")
        {
            Algorithms = [],
            SubjectClaim = "",
            AgeMax = TimeSpan.FromSeconds(59),
            KeySetAddress = "http://keys.example",
            Keys = PublicKeySet.Empty,
            Grants = [new SubjectGrant("", "", "", TokenScope.All, ["NOT A NAME"])],
        });

        Assert.Equal(
            [
                "provider:", "issuer:", "audience:", "jwksUri:", "jwks:", "algorithms:", "subjectClaim:", "maxAge:",
                "grants[0].client:", "grants[0].claim:", "grants[0].is:", "grants[0].roles:",
            ],
            mistakes.Select(mistake => mistake.Split(' ')[0]));
    }

    [Fact]
    public void Keys_are_given_or_fetched_and_not_both()
    {
        var keys = new PublicKeySet([TestKeys.Ec.Public]);

        Assert.Empty(Mistakes(Good with { Keys = keys }));
        Assert.Empty(Mistakes(Good with { KeySetAddress = "https://login.example/keys?v=1" }));
        Assert.Single(Mistakes(Good with { Keys = keys, KeySetAddress = "https://login.example/keys" }));
    }

    [Fact]
    public void There_are_grants_and_together_they_fit_in_a_token()
    {
        SubjectGrant Of(string client, int number) => new(
            client, "sub", $"{number}", new TokenScope([$"m{number}"]), [$"r{number % 16}"]);

        Assert.Single(Mistakes(Good with { Grants = [] }));
        Assert.Empty(Mistakes(Good with { Grants = [.. Enumerable.Range(0, 32).Select(i => Of("bot", i))] }));
        Assert.Single(Mistakes(Good with { Grants = [.. Enumerable.Range(0, 33).Select(i => Of("bot", i))] }));
        Assert.Empty(Mistakes(Good with { Grants = [.. Enumerable.Range(0, 64).Select(i => Of($"bot-{i}", i))] }));
        Assert.Single(Mistakes(Good with { Grants = [.. Enumerable.Range(0, 65).Select(i => Of($"bot-{i}", i))] }));
    }

    private static string[] Mistakes(IdentityProvider provider) =>
        [.. ProviderRules.MistakesIn(provider, "https://sluice.example")];
}
