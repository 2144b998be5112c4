using Sluice.Rules.Logins;
using Xunit;

namespace Sluice.Unit.Rules.Logins;

/// <summary>Where people may be sent back to.</summary>
public sealed class RedirectAddressTests
{
    [Theory]
    [InlineData("https://app.example/callback")]
    [InlineData("https://app.example:8443/callback?tenant=acme")]
    [InlineData("http://127.0.0.1/callback")]
    [InlineData("http://127.0.0.1:8080/callback")]
    [InlineData("http://[::1]:8080/callback")]
    public void Programs_have_addresses_over_TLS_or_on_the_persons_own_machine(string address) =>
        Assert.True(RedirectAddress.IsOne(address));

    [Theory]
    [InlineData("")]
    [InlineData("/callback")]
    [InlineData("//app.example/callback")]
    [InlineData("http://app.example/callback")]
    [InlineData("http://localhost/callback")]
    [InlineData("http://127.0.0.1.evil.example/callback")]
    [InlineData("http://127.0.0.1:8080@evil.example/callback")]
    [InlineData("http://127.0.0.2/callback")]
    [InlineData("https://user@app.example/callback")]
    [InlineData("https://@app.example/callback")]
    [InlineData("https://app.example/callback#part")]
    [InlineData("https://app.example\\@evil.example/")]
    [InlineData("https://app.example/call back")]
    [InlineData("https://app.example/\n")]
    [InlineData("https://äpp.example/callback")]
    [InlineData("HTTPS://app.example/callback")]
    [InlineData("https:///callback")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("com.example.app:/callback")]
    public void Nothing_else_is_an_address(string address) => Assert.False(RedirectAddress.IsOne(address));

    [Fact]
    public void An_address_is_512_characters_at_most()
    {
        var longest = "https://app.example/" + new string('a', RedirectAddress.LengthMax - 20);

        Assert.True(RedirectAddress.IsOne(longest));
        Assert.False(RedirectAddress.IsOne(longest + "a"));
    }

    [Theory]
    [InlineData("https://app.example/callback", "https://app.example/callback", true)]
    [InlineData("https://app.example/callback", "https://app.example/callback/", false)]
    [InlineData("https://app.example/callback", "https://app.example/callback?x=1", false)]
    [InlineData("https://app.example/callback", "https://app.example:8443/callback", false)]
    [InlineData("https://app.example/callback", "https://APP.example/callback", false)]
    [InlineData("https://app.example/", "https://app.example", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:51000/callback", true)]
    [InlineData("http://127.0.0.1:8080/callback", "http://127.0.0.1/callback", true)]
    [InlineData("http://[::1]/callback", "http://[::1]:51000/callback", true)]
    [InlineData("http://127.0.0.1/callback", "http://[::1]/callback", false)]
    [InlineData("http://127.0.0.1/callback", "https://127.0.0.1/callback", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:1/other", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:1@evil.example/callback", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:x/callback", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:123456/callback", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:/callback", false)]
    public void Letter_by_letter_but_for_the_port_on_the_persons_own_machine(
        string registered, string requested, bool isRegistered) => Assert.Equal(
        isRegistered, new LoginRegistration("corp", [registered]).Allows(requested));

    [Fact]
    public void Parameters_come_behind_those_that_there_are()
    {
        Assert.Equal(
            "https://a.example/c?code=1&state=a%20b%26c",
            RedirectAddress.With("https://a.example/c", ("code", "1"), ("error", null), ("state", "a b&c")));
        Assert.Equal("https://a.example/c?x=1&code=2", RedirectAddress.With("https://a.example/c?x=1", ("code", "2")));
    }

    [Fact]
    public void Every_mistake_of_a_registration_is_named_with_its_place()
    {
        string[] MistakesOf(string provider, params string[] addresses) =>
            [.. new LoginRegistration(provider, [.. addresses]).Mistakes()];

        Assert.Empty(MistakesOf("corp", "https://a.example/"));
        Assert.StartsWith(
            "provider:", Assert.Single(MistakesOf("no name", "https://a.example/")), StringComparison.Ordinal);
        Assert.StartsWith("redirectUris:", Assert.Single(MistakesOf("corp")), StringComparison.Ordinal);
        Assert.StartsWith(
            "redirectUris[1]:", Assert.Single(MistakesOf("corp", "https://a.example/", "https://a.example/")),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "redirectUris[0]:", Assert.Single(MistakesOf("corp", "http://a.example/")), StringComparison.Ordinal);
        Assert.Single(MistakesOf("corp", [.. Enumerable.Range(0, 17).Select(i => $"https://a.example/{i}")]));
    }
}
