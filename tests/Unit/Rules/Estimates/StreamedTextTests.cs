using System.Text;
using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Rules.Estimates;

public sealed class StreamedTextTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("four bytes a tok", 4)]
    [InlineData("床前明月光疑是", 6)]
    [InlineData("привет", 3)]
    [InlineData("👍", 2)]
    public void A_text_counts_about_what_it_is(string text, long tokens) =>
        Assert.Equal(tokens, default(StreamedText).With(Encoding.UTF8.GetBytes(text)).Tokens);

    [Fact]
    public void A_part_with_text_is_a_token_at_least()
    {
        var text = default(StreamedText);
        for (var i = 0; i < 10; i++)
        {
            text = text.With("a"u8).With([]);
        }

        Assert.Equal(10, text.Tokens);
    }
}
