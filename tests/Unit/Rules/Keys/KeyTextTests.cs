using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.Unit.Rules.Keys;

public sealed class KeyTextTests
{
    private const string Counting = "slk_live_0123456789AB_001003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4QHxRK";

    /// <summary>
    /// Guards every key that was ever given out: alphabet, widths and checksum never change. The texts were computed by
    /// another program.
    /// </summary>
    [Theory]
    [InlineData("live", "0123456789AB", 1, "0000000000000000000000000000000000000000000000000000000000000000",
        "slk_live_0123456789AB_001000000000000000000000000000000000000000000042TIJ8")]
    [InlineData("live", "0123456789AB", 1, "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
        Counting)]
    [InlineData("test2", "zzzzzzzzzzzz", 238_327, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "slk_test2_zzzzzzzzzzzz_zzzyhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp13qYNb0")]
    [InlineData("aaaaaaaaaaaa", "Sluice000000", 62, "000000000000000000000000000000000000000000000000000000000000003E",
        "slk_aaaaaaaaaaaa_Sluice000000_010000000000000000000000000000000000000000001038EIw4")]
    public void A_key_is_written_and_read_as_published(
        string environment, string clientId, int version, string randomHex, string text)
    {
        var key = new KeyText(environment, clientId, version, KeyText.SecretOf(Convert.FromHexString(randomHex)));

        Assert.Equal(text, key.Format());
        Assert.Equal(KeyTextFault.None, KeyText.TryParse(text, out var read));
        Assert.Equal(key, read);
        Assert.Matches($"^{KeyText.Pattern}$", text);
    }

    /// <summary>Guards against a typing mistake that is looked up, and against one that finds another client.</summary>
    [Fact]
    public void Every_change_of_a_single_character_is_refused()
    {
        for (var at = 0; at < Counting.Length; at++)
        {
            foreach (var other in Enumerable.Range(0, 128).Select(code => (char)code).Where(c => c != Counting[at]))
            {
                var changed = Counting[..at] + other + Counting[(at + 1)..];
                Assert.NotEqual(KeyTextFault.None, KeyText.TryParse(changed, out var key));
                Assert.Equal(default, key);
            }
        }
    }

    [Fact]
    public void A_changed_digit_is_told_apart_from_another_form()
    {
        Assert.Equal(KeyTextFault.Checksum, KeyText.TryParse(Counting[..^1] + "L", out _));
        Assert.Equal(KeyTextFault.Checksum, KeyText.TryParse($"slk_test_{Counting[9..]}", out _));
        Assert.Equal(KeyTextFault.Malformed, KeyText.TryParse(Counting[..^1] + "-", out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("slk_")]
    [InlineData("slk__")]
    [InlineData("sk-proj-T3BlbkFJ")]
    [InlineData(Counting + "0")]
    [InlineData(" " + Counting)]
    [InlineData("SLK_live_0123456789AB_001003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4QHxRK")]
    [InlineData("slk_LIVE_0123456789AB_001003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4QHxRK")]
    [InlineData("slk__0123456789AB_001003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4QHxRK")] // No environment.
    [InlineData("slk_abcdefghijklm_0123456789AB_001003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4QHxRK")]
    [InlineData("slk_live_0123456789AB-001003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4QHxRK")]
    [InlineData("slk_live_0123456789AB_000003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf41UHYW")] // Version 0.
    public void A_text_of_another_form_is_malformed(string text)
    {
        Assert.Equal(KeyTextFault.Malformed, KeyText.TryParse(text, out var key));
        Assert.Equal(default, key);
    }

    [Fact]
    public void Every_shorter_beginning_of_a_key_is_malformed()
    {
        for (var length = 0; length < Counting.Length; length++)
        {
            Assert.Equal(KeyTextFault.Malformed, KeyText.TryParse(Counting.AsSpan(0, length), out _));
        }
    }

    /// <summary>
    /// Guards the checksum, which counts low bytes: a character outside ASCII must not stand in for its twin.
    /// </summary>
    [Fact]
    public void Characters_outside_ascii_are_malformed()
    {
        for (var at = 0; at < Counting.Length; at++)
        {
            var twin = (char)(Counting[at] + 0x100);
            Assert.Equal(KeyTextFault.Malformed, KeyText.TryParse(Counting[..at] + twin + Counting[(at + 1)..], out _));
        }
    }

    [Fact]
    public void A_key_that_is_logged_by_mistake_shows_only_whose_it_is()
    {
        Assert.Equal(KeyTextFault.None, KeyText.TryParse(Counting, out var key));

        Assert.Equal("slk_live_0123456789AB_1…", key.ToString());
        Assert.DoesNotContain(key.Secret, $"{key}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_secret_is_made_of_32_bytes(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyText.SecretOf(new byte[length]));

    [Fact]
    public void A_version_that_does_not_fit_its_width_is_not_written() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new KeyText("live", "0123456789AB", KeyText.VersionMax + 1, "").Format());
}
