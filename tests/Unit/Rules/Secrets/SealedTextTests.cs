using Sluice.Rules.Secrets;
using Xunit;

namespace Sluice.Unit.Rules.Secrets;

public sealed class SealedTextTests
{
    private const string Place = "client/c/delivery/r-1";

    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Nonce = [.. Enumerable.Range(64, 12).Select(i => (byte)i)];
    private static readonly byte[] Plain = "slk_live_secret"u8.ToArray();

    private static string Sealed => SealedText.Seal("d-1", Key, Nonce, Place, Plain);

    /// <summary>Guards what is stored: AES-256-GCM, worked out by another implementation (OpenSSL).</summary>
    [Fact]
    public void A_secret_is_sealed_the_same_way_for_ever()
    {
        const string Expected =
            "s1.A256GCM.d-1.QEFCQ0RFRkdISUpLkdXFfEpV8WaSt3JV6QFnbT88e4DXmnyNkpdS4mDODg";

        Assert.Equal(Expected, Sealed);
    }

    [Fact]
    public void What_was_sealed_opens_in_its_place_only()
    {
        Assert.Equal(Plain, SealedText.Open(Sealed, Key, Place));
        Assert.Equal("d-1", SealedText.KeyIdOf(Sealed));

        Assert.Null(SealedText.Open(Sealed, Key, "client/other/delivery/r-1"));
        Assert.Null(SealedText.Open(Sealed, [.. Key.Reverse()], Place));
    }

    [Fact]
    public void An_empty_secret_and_the_largest_one_can_be_sealed()
    {
        foreach (var plain in (byte[][])[[], new byte[SealedText.PlainMax]])
        {
            var text = SealedText.Seal("d-1", Key, Nonce, Place, plain);
            Assert.Equal(plain, SealedText.Open(text, Key, Place));
        }

        Assert.Throws<ArgumentException>(
            () => SealedText.Seal("d-1", Key, Nonce, Place, new byte[SealedText.PlainMax + 1]));
    }

    [Fact]
    public void Every_changed_character_keeps_it_shut()
    {
        for (var i = 0; i < Sealed.Length; i++)
        {
            foreach (var other in "Aa0-_.=+/ ")
            {
                var changed = Sealed[..i] + other + Sealed[(i + 1)..];
                Assert.True(changed == Sealed || SealedText.Open(changed, Key, Place) is null, changed);
            }
        }
    }

    [Fact]
    public void Neither_less_nor_more_of_it_opens()
    {
        for (var length = 0; length < Sealed.Length; length++)
        {
            Assert.Null(SealedText.Open(Sealed[..length], Key, Place));
        }

        foreach (var more in (string[])["A", "AA", "AAAA", "=", "==", " ", "\n", "."])
        {
            Assert.Null(SealedText.Open(Sealed + more, Key, Place));
            Assert.Null(SealedText.Open(more + Sealed, Key, Place));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("d.1")]
    [InlineData("D-1")]
    [InlineData("d 1")]
    public void A_key_whose_name_could_be_misread_seals_nothing(string keyId) =>
        Assert.Throws<ArgumentException>(() => SealedText.Seal(keyId, Key, Nonce, Place, Plain));

    [Fact]
    public void Another_layout_or_algorithm_is_not_taken_for_this_one()
    {
        Assert.Null(SealedText.KeyIdOf(Sealed.Replace("s1.", "s2.", StringComparison.Ordinal)));
        Assert.Null(SealedText.KeyIdOf(Sealed.Replace("A256GCM", "A128GCM", StringComparison.Ordinal)));
    }
}
