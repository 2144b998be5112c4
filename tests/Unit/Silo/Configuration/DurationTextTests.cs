using Sluice.Silo.Configuration;
using Xunit;

namespace Sluice.Unit.Silo.Configuration;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("1ms", "00:00:00.001")]
    [InlineData("500ms", "00:00:00.5")]
    [InlineData("0s", "00:00:00")]
    [InlineData("90s", "00:01:30")]
    [InlineData("001m", "00:01:00")]
    [InlineData("24h", "1.00:00:00")]
    [InlineData("90d", "90.00:00:00")]
    [InlineData("999999999ms", "11.13:46:39.999")]
    public void A_whole_number_and_a_unit_are_a_duration(string text, string expected)
    {
        Assert.True(DurationText.TryParse(text, out var duration));

        Assert.Equal(TimeSpan.Parse(expected, null), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("m")]
    [InlineData("1 m")]
    [InlineData(" 1m")]
    [InlineData("1m ")]
    [InlineData("1M")]
    [InlineData("1min")]
    [InlineData("-1m")]
    [InlineData("+1m")]
    [InlineData("1.5m")]
    [InlineData("1m30s")]
    [InlineData("1w")]
    [InlineData("00:01:00")]
    [InlineData("1000000000ms")]
    [InlineData("999999999d")]
    [InlineData("\u0661m")]
    public void Anything_else_is_none(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Theory]
    [InlineData("1ms")]
    [InlineData("1500ms")]
    [InlineData("1s")]
    [InlineData("61s")]
    [InlineData("1m")]
    [InlineData("90m")]
    [InlineData("25h")]
    [InlineData("1d")]
    [InlineData("31d")]
    public void A_duration_is_written_in_the_largest_unit_that_says_it(string text)
    {
        Assert.True(DurationText.TryParse(text, out var duration));

        Assert.Equal(text, DurationText.Format(duration));
    }

    [Theory]
    [InlineData("60s", "1m")]
    [InlineData("1000ms", "1s")]
    [InlineData("24h", "1d")]
    [InlineData("0d", "0ms")]
    public void The_same_duration_is_always_written_the_same(string text, string expected)
    {
        Assert.True(DurationText.TryParse(text, out var duration));

        Assert.Equal(expected, DurationText.Format(duration));
    }
}
