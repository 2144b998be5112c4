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

    [Fact]
    public void Who_begins_after_another_one_counts_what_that_had_stored_as_spent_and_refills_at_once()
    {
        var stored = new StoredRate(Limit, 30 * Limit.Period.Ticks, Ahead: 20, Out: 0);

        Assert.Equal(80, Remaining(Seconds(6)));
        Assert.Equal(70, Remaining(Seconds(-6))); // A clock that went back is no time.
        Assert.Equal(100, Remaining(Seconds(60)));
        Assert.Equal(100, Remaining(TimeSpan.MaxValue));

        var (bucket, ceiling) = RateCeiling.Recovered(stored, Seconds(6), TimeSpan.Zero, Seconds(100));
        Assert.Equal(0, ceiling.Open(bucket, Limit));
        Assert.Equal(90, bucket.At(Seconds(106), Limit).Remaining(Limit));

        long Remaining(TimeSpan since) =>
            RateCeiling.Recovered(stored, since, TimeSpan.Zero, Seconds(100)).Bucket.Remaining(Limit);
    }

    /// <summary>Guards the bound over two owners: a chunk may be spent after it was taken.</summary>
    [Fact]
    public void Where_edges_may_hold_chunks_the_next_owner_is_behind_by_their_time()
    {
        var stored = new StoredRate(Limit, 30 * Limit.Period.Ticks, Ahead: 20, Out: 10);
        var exact = stored with { Ahead = 0, Out = 0 };

        Assert.Equal(79, Remaining(stored, Seconds(6)));
        Assert.Equal(69, Remaining(stored, Seconds(0)));
        Assert.Equal(100, Remaining(stored, Seconds(18.6)));
        Assert.Equal(80, Remaining(exact, Seconds(6))); // Nobody holds anything.

        static long Remaining(StoredRate rate, TimeSpan since) =>
            RateCeiling.Recovered(rate, since, Seconds(0.6), Seconds(100)).Bucket.Remaining(Limit);
    }

    /// <summary>Guards against rows that nobody has checked: no figure of one overflows.</summary>
    [Fact]
    public void However_much_is_missing_the_debt_ends_where_debts_end()
    {
        var stored = new StoredRate(Limit, 3 * (1L << 61), Ahead: 1, Out: 0);
        Assert.True(stored.IsPossible);

        var bucket = RateCeiling.Recovered(stored, TimeSpan.Zero, Seconds(1), Seconds(100)).Bucket;

        Assert.Equal(-(1L << 61), bucket.Credit);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
