using FsCheck;
using FsCheck.Fluent;
using Sluice.Actors.Introspection;
using Xunit;

namespace Sluice.Properties.Introspection;

/// <summary>What a histogram says of durations, held against the durations themselves.</summary>
public sealed class DurationHistogramProperties
{
    /// <summary>From nothing to the two hours that the buckets reach, every magnitude alike.</summary>
    private static readonly Gen<TimeSpan> Times =
        from magnitude in Gen.Choose(0, 36)
        from within in Gen.Choose(0, int.MaxValue)
        select TimeSpan.FromTicks((long)((1L << magnitude) * (within / (double)int.MaxValue)));

    private static readonly Gen<TimeSpan[]> Lists =
        from size in Draw.Mostly(1, 5, 300)
        from drawn in Gen.ArrayOf(Times, size)
        select drawn;

    [Fact]
    public void A_quantile_is_never_below_the_truth_and_above_it_by_less_than_an_eighth() => Law.Holds(
        Lists,
        durations =>
        {
            var read = HistogramOf(durations).Read();

            Assert.Equal(durations.Length, read.Measured);
            IsNearlyAbove(NearestRank(durations, 0.50), read.P50);
            IsNearlyAbove(NearestRank(durations, 0.99), read.P99);
        });

    [Fact]
    public void Two_histograms_added_say_what_one_of_all_says() => Law.Holds(
        from first in Lists
        from second in Lists
        select (first, second),
        drawn =>
        {
            var sum = HistogramOf(drawn.first);
            sum.Add(HistogramOf(drawn.second));

            Assert.Equal(HistogramOf([.. drawn.first, .. drawn.second]).Read(), sum.Read());
        });

    [Fact]
    public void Nothing_measured_says_nothing() => Assert.Equal(
        new Durations { Measured = 0, P50 = TimeSpan.Zero, P99 = TimeSpan.Zero }, new DurationHistogram().Read());

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void A_clock_that_jumps_breaks_nothing(long ticks)
    {
        var histogram = HistogramOf([TimeSpan.FromTicks(ticks)]);

        Assert.Equal(1, histogram.Read().Measured);
        Assert.InRange(histogram.Read().P99, TimeSpan.Zero, TimeSpan.FromHours(5));
    }

    private static DurationHistogram HistogramOf(TimeSpan[] durations)
    {
        var histogram = new DurationHistogram();
        foreach (var duration in durations)
        {
            histogram.Record(duration);
        }

        return histogram;
    }

    private static TimeSpan NearestRank(TimeSpan[] durations, double part) =>
        durations.Order().ElementAt((int)Math.Ceiling(part * durations.Length) - 1);

    private static void IsNearlyAbove(TimeSpan truth, TimeSpan read) =>
        Assert.True(truth <= read && read.Ticks * 8 <= truth.Ticks * 9, $"{read} for {truth}");
}
