using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Credentials;
using Xunit;

namespace Sluice.Properties.Credentials;

/// <summary>What holds of texts that callers choose, whatever they are.</summary>
public sealed class ToldTextProperties
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private static readonly Gen<string> Texts =
        from parts in Gen.Elements(
            "a", "/v1/", "ö", "😀", "\ud83d", "\ude00", "\0", "slk_", "SLK_live_secret", "_", "0123456789").ArrayOf()
        select string.Concat(parts);

    [Fact]
    public void It_can_be_sent_is_never_too_long_and_has_no_key() =>
        Law.Holds(Texts.Zip(Gen.Choose(8, 40)), drawn =>
        {
            var told = ToldText.Of(drawn.Item1, drawn.Item2);

            Assert.Equal(told, Strict.GetString(Strict.GetBytes(told)));
            Assert.True(told.Length <= drawn.Item2, told);
            Assert.DoesNotContain("slk_live", told, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("secret", told, StringComparison.OrdinalIgnoreCase);
        });

    [Fact]
    public void A_short_text_of_whole_characters_without_a_key_is_told_as_it_is() => Law.Holds(Texts, text =>
    {
        var isPlain = !text.Contains("slk_", StringComparison.OrdinalIgnoreCase)
            && text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

        Assert.True(!isPlain || ToldText.Of(text, Math.Max(8, text.Length)) == text);
    });

    [Fact]
    public void No_text_is_empty() => Assert.Equal("", ToldText.Of(null, 8));
}
