using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class TokenBucketTests
{
    private static readonly BucketLimit TenPerSecond = new(Capacity: 20, Refill: 10, Period: TimeSpan.FromSeconds(1));
    private static readonly BucketLimit ThreePerSecond = new(Capacity: 3, Refill: 3, Period: TimeSpan.FromSeconds(1));
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private static readonly TokenBucket Full = TokenBucket.Full(TenPerSecond, TimeSpan.Zero);

    [Fact]
    public void An_empty_bucket_names_the_exact_wait_and_keeps_its_word()
    {
        var bucket = Full.Take(20, TenPerSecond);

        var wait = Seconds(0.5);
        Assert.Equal(wait, bucket.WaitFor(5, TenPerSecond));
        Assert.Equal(Tick, bucket.At(wait - Tick, TenPerSecond).WaitFor(5, TenPerSecond));
        Assert.Equal(TimeSpan.Zero, bucket.At(wait, TenPerSecond).WaitFor(5, TenPerSecond));
    }

    /// <summary>
    /// Guards clients that come back exactly when told: a third of a second is not a whole number of ticks.
    /// </summary>
    [Fact]
    public void A_wait_that_falls_between_two_ticks_is_rounded_up()
    {
        var bucket = TokenBucket.Full(ThreePerSecond, TimeSpan.Zero).Take(3, ThreePerSecond);

        var wait = TimeSpan.FromTicks(3_333_334);
        Assert.Equal(wait, bucket.WaitFor(1, ThreePerSecond));
        Assert.Equal(Tick, bucket.At(wait - Tick, ThreePerSecond).WaitFor(1, ThreePerSecond));
        Assert.Equal(TimeSpan.Zero, bucket.At(wait, ThreePerSecond).WaitFor(1, ThreePerSecond));
    }

    [Fact]
    public void A_bucket_asked_at_odd_times_loses_nothing_to_rounding()
    {
        var bucket = TokenBucket.Full(ThreePerSecond, TimeSpan.Zero).Take(3, ThreePerSecond);

        for (var ticks = 1; ticks < 10_000_000; ticks += 9_999)
        {
            bucket = bucket.At(TimeSpan.FromTicks(ticks), ThreePerSecond);
        }

        Assert.Equal(TokenBucket.Full(ThreePerSecond, Seconds(1)), bucket.At(Seconds(1), ThreePerSecond));
    }

    [Fact]
    public void A_bucket_counts_whole_tokens_only()
    {
        var bucket = Full.Take(20, TenPerSecond);

        Assert.Equal(0, bucket.At(Seconds(0.1) - Tick, TenPerSecond).Remaining(TenPerSecond));
        Assert.Equal(1, bucket.At(Seconds(0.1), TenPerSecond).Remaining(TenPerSecond));
    }

    /// <summary>Guards against hoarding and overflow: a year idle is worth one capacity, whatever the rate.</summary>
    [Fact]
    public void Idle_time_never_fills_the_bucket_past_its_capacity()
    {
        var vast = new BucketLimit(Capacity: 1_000_000_000, Refill: 1_000_000_000, Period: TimeSpan.FromMinutes(1));
        var year = TimeSpan.FromDays(365);
        var empty = TokenBucket.Full(vast, TimeSpan.Zero).Take(vast.Capacity, vast);

        Assert.Equal(TokenBucket.Full(vast, year), empty.At(year, vast));
        Assert.Equal(TokenBucket.Full(vast, year), TokenBucket.Full(vast, TimeSpan.Zero).At(year, vast));
    }

    [Fact]
    public void Time_that_steps_back_changes_nothing()
    {
        var bucket = Full.Take(5, TenPerSecond).At(Seconds(0.1), TenPerSecond);

        Assert.Equal(bucket, bucket.At(TimeSpan.Zero, TenPerSecond));
    }

    [Fact]
    public void A_debt_refills_before_anything_passes()
    {
        var bucket = Full.Take(30, TenPerSecond);

        Assert.Equal(0, bucket.Remaining(TenPerSecond));
        Assert.Equal(Seconds(1.1), bucket.WaitFor(1, TenPerSecond));
        Assert.Equal(Seconds(3), bucket.UntilFull(TenPerSecond));
    }

    [Fact]
    public void A_default_bucket_is_empty() =>
        Assert.Equal(Seconds(0.1), default(TokenBucket).WaitFor(1, TenPerSecond));

    [Fact]
    public void A_refund_at_once_gives_back_all_of_it()
    {
        var bucket = Full.Take(20, TenPerSecond).Refund(8, TimeSpan.Zero, TenPerSecond);

        Assert.Equal(Full.Take(12, TenPerSecond), bucket);
    }

    [Fact]
    public void A_refund_never_lifts_the_bucket_above_its_capacity()
    {
        var bucket = Full.Take(3, TenPerSecond).Refund(5, TimeSpan.Zero, TenPerSecond);

        Assert.Equal(Full, bucket);
    }

    /// <summary>
    /// Guards the promise "capacity, then rate": 20 were taken and have refilled; were they given back as well, 40
    /// could pass at once.
    /// </summary>
    [Fact]
    public void A_refund_gives_back_only_what_has_not_refilled_meanwhile()
    {
        var bucket = Full.Take(20, TenPerSecond).At(Seconds(0.5), TenPerSecond).Take(5, TenPerSecond);

        Assert.Equal(15, bucket.Refund(20, TimeSpan.Zero, TenPerSecond).Remaining(TenPerSecond));
        Assert.Equal(0, bucket.Refund(5, TimeSpan.Zero, TenPerSecond).Remaining(TenPerSecond));
        Assert.Equal(5, bucket.Refund(5, Seconds(0.5), TenPerSecond).Remaining(TenPerSecond));
    }

    /// <summary>Guards against overflow: a call may end years after it began, under a fast rate.</summary>
    [Fact]
    public void A_refund_after_years_gives_back_nothing()
    {
        var fast = new BucketLimit(Capacity: 10, Refill: LimitRules.AmountMax, Period: TimeSpan.FromMilliseconds(1));
        var years = TimeSpan.FromDays(3_650);
        var bucket = TokenBucket.Full(fast, TimeSpan.Zero).At(years, fast).Take(10, fast);

        Assert.Equal(bucket, bucket.Refund(10, TimeSpan.Zero, fast));
    }

    [Fact]
    public void Held_tokens_leave_no_room_to_refill()
    {
        var bucket = Full.Reserve(15, TenPerSecond).At(Seconds(60), TenPerSecond);

        Assert.Equal(5, bucket.Remaining(TenPerSecond));
        Assert.Equal(TimeSpan.Zero, bucket.UntilFull(TenPerSecond));
        Assert.Null(bucket.WaitFor(6, TenPerSecond));
    }

    [Fact]
    public void Tokens_given_back_do_not_come_on_top_of_tokens_refilled()
    {
        var bucket = Full.Reserve(20, TenPerSecond).At(Seconds(2), TenPerSecond);

        bucket = bucket.Settle(reserved: 20, used: 0, TenPerSecond);

        Assert.Equal(TokenBucket.Full(TenPerSecond, Seconds(2)), bucket);
    }

    [Fact]
    public void Use_beyond_the_reservation_becomes_a_debt()
    {
        var bucket = Full.Reserve(10, TenPerSecond).Settle(reserved: 10, used: 25, TenPerSecond);

        Assert.Equal(Full.Take(25, TenPerSecond), bucket);
    }

    [Theory]
    [InlineData(20, 20)] // The same capacity: as they were.
    [InlineData(200, 20)] // More room is not more tokens.
    [InlineData(5, 5)] // What no longer fits is gone.
    public void A_change_of_plan_keeps_the_tokens_that_still_fit(long capacity, long expected)
    {
        var next = new BucketLimit(capacity, 1, TimeSpan.FromMinutes(1));

        Assert.Equal(expected, Full.Under(next, TenPerSecond).Remaining(next));
    }

    [Fact]
    public void A_part_of_a_token_that_the_new_period_cannot_express_is_lost_never_gained()
    {
        var coarse = new BucketLimit(20, 1, TimeSpan.FromTicks(2));

        Assert.Equal(1, new TokenBucket(Credit: 9_999_999, 0, default).Under(coarse, TenPerSecond).Credit);
        Assert.Equal(-1, new TokenBucket(Credit: -1, 0, default).Under(coarse, TenPerSecond).Credit);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
