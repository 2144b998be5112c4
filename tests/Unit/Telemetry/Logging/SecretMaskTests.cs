using Sluice.Rules.Keys;
using Sluice.Telemetry.Logging;
using Xunit;

namespace Sluice.Unit.Telemetry.Logging;

public sealed class SecretMaskTests
{
    private const string Owner = "slk_live_0123456789AB_";
    private const string Secret = "0019ZyXwVuTsRqPoNmLkJiHgFeDcBa0123456789AbCdEfGhIjKl";

    [Fact]
    public void A_key_keeps_whose_it_was_and_loses_what_makes_it_work() =>
        Assert.Equal($"key {Owner}…, refused.", SecretMask.Apply($"key {Owner}{Secret}, refused."));

    /// <summary>Guards against the mask and the format drifting apart.</summary>
    [Fact]
    public void A_key_that_the_rules_issue_is_masked()
    {
        var random = new byte[32];
        Array.Fill(random, (byte)0xA7);
        var key = new KeyText("test", "client000001", 3, KeyText.SecretOf(random));

        Assert.Equal("slk_test_client000001_…", SecretMask.Apply(key.Format()));
        Assert.Equal(key.ToString(), SecretMask.Apply(key.ToString()));
    }

    [Theory]
    [InlineData(51)]
    [InlineData(8)]
    public void A_key_cut_short_in_copying_is_masked_as_well(int length) =>
        Assert.Equal($"{Owner}…", SecretMask.Apply(Owner + Secret[..length]));

    [Fact]
    public void A_key_with_something_behind_it_leaves_none_of_it() =>
        Assert.Equal($"{Owner}… {Owner}…", SecretMask.Apply($"{Owner}{Secret}0Z {Owner}{Secret}"));

    [Theory]
    [InlineData("Authorization: Bearer eyJhbGciOi.J9-_~+/x==", "Authorization: Bearer …")]
    [InlineData("authorization: bearer abc", "authorization: bearer …")]
    [InlineData("BEARER  abc, Bearer def", "BEARER  …, Bearer …")]
    [InlineData("[Bearer sk-proj-1_2]", "[Bearer …]")]
    public void A_bearer_token_is_masked_whatever_it_is(string text, string masked) =>
        Assert.Equal(masked, SecretMask.Apply(text));

    [Fact]
    public void A_key_sent_as_bearer_token_still_says_whose_it_was() =>
        Assert.Equal($"Bearer {Owner}…", SecretMask.Apply($"Bearer {Owner}{Secret}"));

    [Fact]
    public void A_text_without_secrets_is_the_same_text_without_a_copy()
    {
        const string Text = "Client slk_live, 3 forbearers, slk_live_0123456789AB_7: refused.";

        Assert.Same(Text, SecretMask.Apply(Text));
    }
}
