using Sluice.Edge.Admission;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", "0s")]
    [InlineData("-00:00:01", "0s")]
    [InlineData("00:00:00.0000001", "1ms")]
    [InlineData("00:00:00.012", "12ms")]
    [InlineData("00:00:00.0120001", "13ms")]
    [InlineData("00:00:00.999", "999ms")]
    [InlineData("00:00:00.9990001", "1s")]
    [InlineData("00:00:01", "1s")]
    [InlineData("00:00:01.5", "1.5s")]
    [InlineData("00:00:59.999", "59.999s")]
    [InlineData("00:00:59.9991", "1m0s")]
    [InlineData("00:06:00", "6m0s")]
    [InlineData("00:01:01.25", "1m1.25s")]
    [InlineData("01:00:00", "1h0m0s")]
    [InlineData("01:02:03.5", "1h2m3.5s")]
    [InlineData("00:59:59.9999", "1h0m0s")]
    [InlineData("1.01:00:00.001", "25h0m0.001s")]
    [InlineData("31.00:00:00", "744h0m0s")]
    public void A_duration_is_written_as_Go_parses_it_and_never_too_short(string duration, string expected) =>
        Assert.Equal(expected, GoDuration.Format(TimeSpan.Parse(duration, null)));
}
