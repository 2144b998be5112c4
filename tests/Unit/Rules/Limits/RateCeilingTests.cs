using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class RateCeilingTests
{
    private static readonly BucketLimit Limit = new(100, 100, TimeSpan.FromMinutes(1));
    private static readonly TokenBucket Full = TokenBucket.Full(Limit, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_open_before_it_is_stored_and_then_as_much_as_was_stored_ahead()
    {
        var closed = RateCeiling.Closed(Full);
        Assert.False(closed.Covers(Full, 1, Limit));
        Assert.True(closed.Covers(Full, 0, Limit));

        var stored = closed.Next(Full, tokens: 5, ahead: 12, Limit)!.Value;
        Assert.Equal(new StoredRate(Limit, 17 * Limit.Period.Ticks, Ahead: 17, Out: 0), stored);
        Assert.Equal(17, closed.Raised(stored, TimeSpan.Zero).Open(Full, Limit));
    }

    [Fact]
    public void More_is_stored_when_half_of_what_was_ahead_is_spent()
    {
        var ceiling = RateCeiling.Closed(Full).Raised(
            RateCeiling.Closed(Full).Next(Full, 0, ahead: 12, Limit)!.Value, TimeSpan.Zero);

        Assert.Null(ceiling.Next(Full.Take(5, Limit), 0, ahead: 12, Limit));
        Assert.NotNull(ceiling.Next(Full.Take(6, Limit), 0, ahead: 12, Limit));
    }

    [Fact]
    public void A_rate_that_is_not_stored_is_open_and_stores_nothing()
    {
        Assert.True(RateCeiling.None.Covers(Full, 100, Limit));
        Assert.Null(RateCeiling.None.Next(Full, 100, 12, Limit));
        Assert.Equal(RateCeiling.None, RateCeiling.None.At(Seconds(9), Limit).WithReturned(5).Under(Full));
    }

    [Fact]
    public void What_is_open_never_grows_by_waiting_or_by_what_comes_back()
    {
        var ceiling = RateCeiling.Closed(Full).Raised(
            RateCeiling.Closed(Full).Next(Full, 0, ahead: 12, Limit)!.Value, TimeSpan.Zero);
        var spent = Full.Take(10, Limit);
        Assert.Equal(2, ceiling.Open(spent, Limit));

        Assert.Equal(2, ceiling.At(Seconds(3), Limit).Open(spent.At(Seconds(3), Limit), Limit));
        Assert.Equal(0, ceiling.At(Seconds(60), Limit).Open(spent.At(Seconds(60), Limit), Limit));
        var back = spent.Refund(4, TimeSpan.Zero, Limit);
        Assert.Equal(2, ceiling.WithReturned(back.Credit - spent.Credit).Open(back, Limit));
    }

    [Fact]
    public void A_late_answer_never_closes_what_is_open()
    {
        var closed = RateCeiling.Closed(Full);
        var less = closed.Next(Full, 0, ahead: 5, Limit)!.Value;
        var more = closed.Raised(closed.Next(Full, 0, ahead: 20, Limit)!.Value, TimeSpan.Zero);

        Assert.Equal(more, more.Raised(less, TimeSpan.Zero));
    }

    /// <summary>Guards the bound over two owners: the first may still spend what it had stored ahead.</summary>
    [Fact]
    public void Who_begins_after_one_that_may_live_leaves_room_for_what_that_may_spend()
    {
        var stored = new StoredRate(Limit, 30 * Limit.Period.Ticks, Ahead: 20, Out: 0);

        var (bucket, ceiling, outUntil) =
            RateCeiling.Recovered(stored, Seconds(6), TimeSpan.Zero, mayStillSpend: true, Seconds(100));

        Assert.Equal(new TokenBucket(80 * Limit.Period.Ticks, 20, Seconds(100)), bucket);
        Assert.Equal(Seconds(112), outUntil); // 20 tokens are missing, and refill in 12 seconds.
        Assert.Equal(0, ceiling.Open(bucket, Limit));
    }

    [Fact]
    public void Who_begins_after_one_that_is_gone_begins_with_what_is_missing_and_nothing_out()
    {
        var stored = new StoredRate(Limit, 30 * Limit.Period.Ticks, Ahead: 20, Out: 0);

        Assert.Equal(80, Remaining(Seconds(6)));
        Assert.Equal(70, Remaining(Seconds(-6))); // A clock that went back is no time.
        Assert.Equal(100, Remaining(Seconds(60)));

        long Remaining(TimeSpan since) => RateCeiling.Recovered(
            stored, since, TimeSpan.Zero, mayStillSpend: false, Seconds(100)).Bucket.Remaining(Limit);
    }

    [Fact]
    public void Where_edges_hold_chunks_all_that_was_ahead_is_out_until_the_last_chunk_is_over()
    {
        var stored = new StoredRate(Limit, 30 * Limit.Period.Ticks, Ahead: 20, Out: 10);
        var chunkTime = TimeSpan.FromMilliseconds(500);

        var early = RateCeiling.Recovered(stored, Seconds(18), chunkTime, mayStillSpend: false, Seconds(100));
        Assert.Equal((30, Seconds(100.5)), (early.Bucket.Out, early.OutUntil));
        Assert.Equal(70, early.Bucket.Remaining(Limit));

        var late = RateCeiling.Recovered(stored, Seconds(18.5), chunkTime, mayStillSpend: true, Seconds(100));
        Assert.Equal(TokenBucket.Full(Limit, Seconds(100)), late.Bucket);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
