using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class QuotaBlockTests
{
    [Theory]
    [InlineData(0, 0, 100_000, 10)] // Quiet: a few, in case several come at once.
    [InlineData(10, 0, 100_000, 10)]
    [InlineData(500, 0, 100_000, 500)] // Five seconds of the current use.
    [InlineData(5_000, 0, 100_000, 1_000)] // A hundredth of what remains.
    [InlineData(5_000, 99_000, 100_000, 10)]
    [InlineData(5_000, 99_900, 100_000, 1)] // Near the limit, single units.
    [InlineData(5_000, 100_000, 100_000, 1)]
    [InlineData(5_000, 200_000, 100_000, 1)] // The limit was lowered below what is used.
    public void A_block_follows_the_use_and_shrinks_near_the_limit(
        long unitsPerSpan, long used, long limit, long expected) =>
        Assert.Equal(expected, QuotaBlock.Size(unitsPerSpan, used, limit));

    [Fact]
    public void Recent_use_is_the_larger_of_this_span_and_the_last_one()
    {
        var use = default(RecentUse).Add(3, Seconds(0)).Add(4, Seconds(4.9));
        Assert.Equal(7, use.PerSpan);

        var next = use.Add(2, Seconds(5));
        Assert.Equal(new RecentUse(Seconds(5), 2, 7), next);
        Assert.Equal(7, next.PerSpan);

        Assert.Equal(new RecentUse(Seconds(10), 9, 2), next.Add(9, Seconds(14.9)));
    }

    [Fact]
    public void Use_before_a_long_pause_is_forgotten() =>
        Assert.Equal(new RecentUse(Seconds(17), 1, 0), default(RecentUse).Add(50, Seconds(1)).Add(1, Seconds(17)));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
