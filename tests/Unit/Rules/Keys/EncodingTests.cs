using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.Unit.Rules.Keys;

public sealed class EncodingTests
{
    /// <summary>The check value of the algorithm, and two more that every zip library agrees on.</summary>
    [Theory]
    [InlineData("123456789", 0xCBF43926)]
    [InlineData("", 0x00000000)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339)]
    public void The_checksum_is_the_published_one(string text, uint expected) => Assert.Equal(expected, Crc32.Of(text));

    [Theory]
    [InlineData(0UL, 1, "0")]
    [InlineData(61UL, 1, "z")]
    [InlineData(62UL, 3, "010")]
    [InlineData(35UL, 2, "0Z")]
    [InlineData(36UL, 2, "0a")]
    [InlineData(ulong.MaxValue, 11, "LygHa16AHYF")]
    public void A_number_is_written_in_its_width_and_read_back(ulong number, int width, string text)
    {
        Assert.Equal(text, Base62.Encode(number, width));
        Assert.True(Base62.TryDecode(text, out var read));
        Assert.Equal(number, read);
    }

    [Fact]
    public void A_number_too_large_for_its_width_is_not_cut() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Base62.Encode(62, 1));

    [Theory]
    [InlineData("")]
    [InlineData("LygHa16AHYG")] // 2^64
    [InlineData("zzzzzzzzzzzz")]
    [InlineData("0-")]
    [InlineData("/")]
    [InlineData(":")]
    [InlineData("@")]
    [InlineData("[")]
    [InlineData("`")]
    [InlineData("{")]
    [InlineData("é")]
    public void What_is_no_number_of_64_bits_is_not_read(string text) => Assert.False(Base62.TryDecode(text, out _));

    [Fact]
    public void Only_the_alphabet_is_base_62()
    {
        Assert.True(Base62.IsBase62(Base62.Alphabet));
        Assert.All(
            Enumerable.Range(0, 512).Select(code => (char)code),
            c => Assert.Equal(Base62.Alphabet.Contains(c, StringComparison.Ordinal), Base62.IsBase62([c])));
    }
}
