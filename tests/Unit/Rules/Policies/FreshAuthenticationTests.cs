using Sluice.Rules.Policies;
using Xunit;

namespace Sluice.Unit.Rules.Policies;

public sealed class FreshAuthenticationTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    [InlineData(-60, true)] // Clocks differ.
    [InlineData(-61, false)] // Nobody proves anything in the future.
    public void Somebody_proved_it_lately_for_so_many_seconds_and_no_longer(int secondsAgo, bool expected) =>
        Assert.Equal(
            expected,
            FreshAuthentication.IsFresh(Now.ToUnixTimeSeconds() - secondsAgo, TimeSpan.FromMinutes(5), Now));

    [Fact]
    public void A_part_of_a_second_too_late_is_too_late() =>
        Assert.False(FreshAuthentication.IsFresh(
            Now.ToUnixTimeSeconds() - 300, TimeSpan.FromMinutes(5), Now + TimeSpan.FromTicks(1)));

    [Fact]
    public void Who_does_not_say_when_did_not_lately_unless_it_does_not_matter()
    {
        Assert.False(FreshAuthentication.IsFresh(null, TimeSpan.FromMinutes(5), Now));
        Assert.True(FreshAuthentication.IsFresh(null, TimeSpan.Zero, Now));
        Assert.True(FreshAuthentication.IsFresh(0, TimeSpan.Zero, Now));
    }
}
