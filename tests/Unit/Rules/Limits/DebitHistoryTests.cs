using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class DebitHistoryTests
{
    private static readonly BucketLimit HundredPerMinute = new(100, 100, TimeSpan.FromMinutes(1));
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly DebitHistory _debits = new();

    [Fact]
    public void What_was_not_used_is_as_if_it_had_never_been_taken()
    {
        var bucket = Take(Full, 60).At(Seconds(30), HundredPerMinute);

        bucket = _debits.Settle(bucket, reserved: 60, used: 10, admitted: Seconds(0), HundredPerMinute);

        Assert.Equal(100, bucket.Remaining(HundredPerMinute));
    }

    /// <summary>Guards against tokens that come back and have refilled as well.</summary>
    [Fact]
    public void What_refilled_meanwhile_does_not_come_back_on_top()
    {
        var bucket = Take(Take(Full, 100).At(Seconds(59), HundredPerMinute), 98);

        bucket = _debits.Settle(bucket, reserved: 100, used: 2, admitted: Seconds(0), HundredPerMinute);

        Assert.Equal(2, bucket.Remaining(HundredPerMinute));
    }

    [Fact]
    public void Use_beyond_the_reservation_is_a_debt_since_the_call_began()
    {
        var bucket = Take(Full, 40).At(Seconds(6), HundredPerMinute);

        bucket = _debits.Settle(bucket, reserved: 40, used: 130, admitted: Seconds(0), HundredPerMinute);

        Assert.Equal(Seconds(12.6), bucket.WaitFor(1, HundredPerMinute)); // 100 - 130 + 10 = -20.
    }

    [Fact]
    public void After_the_hold_nothing_comes_back_and_use_beyond_is_a_debt_of_now()
    {
        var late = DebitHistory.HoldTime(HundredPerMinute);
        Assert.Equal(Seconds(60), late);

        var bucket = Take(Take(Full, 60).At(late, HundredPerMinute), 100);
        Assert.Equal(bucket, _debits.Settle(bucket, 60, 0, Seconds(0), HundredPerMinute));
        var debt = _debits.Settle(bucket, 60, 70, Seconds(0), HundredPerMinute);

        Assert.Equal(Seconds(6.6), debt.WaitFor(1, HundredPerMinute));
    }

    [Fact]
    public void One_tick_before_the_hold_is_over_it_still_comes_back()
    {
        var bucket = Take(Take(Full, 100).At(Seconds(60) - Tick, HundredPerMinute), 99);
        Assert.Equal(0, bucket.Remaining(HundredPerMinute));

        bucket = _debits.Settle(bucket, 100, 0, Seconds(0), HundredPerMinute);

        Assert.Equal(1, bucket.Remaining(HundredPerMinute));
    }

    /// <summary>Guards a call whose debit is in the books of another owner: it may have refilled there.</summary>
    [Fact]
    public void A_debit_that_is_not_known_gives_back_what_cannot_have_refilled()
    {
        var bucket = TokenBucket.Full(HundredPerMinute, Seconds(30)).Take(100, HundredPerMinute);

        bucket = _debits.Settle(bucket, reserved: 60, used: 0, admitted: Seconds(0), HundredPerMinute);

        Assert.Equal(10, bucket.Remaining(HundredPerMinute)); // 60 less the 50 that refill in 30 seconds.
    }

    [Fact]
    public void A_copy_goes_its_own_way()
    {
        var bucket = Take(Full, 60);
        var copy = _debits.Copy();

        copy.Settle(bucket, 60, 0, Seconds(0), HundredPerMinute);

        Assert.Equal(60, _debits.Settle(bucket, 60, 40, Seconds(0), HundredPerMinute).Remaining(HundredPerMinute));
    }

    /// <summary>Guards memory: many short calls are remembered in bins, and still get their tokens back.</summary>
    [Fact]
    public void Many_debits_are_joined_and_can_still_be_settled()
    {
        var limit = new BucketLimit(1_000_000, 1_000_000, TimeSpan.FromMinutes(1));
        var bucket = TokenBucket.Full(limit, Seconds(0)).Take(500_000, limit);
        for (var i = 1; i <= 5_000; i++)
        {
            bucket = _debits.Take(bucket.At(TimeSpan.FromMilliseconds(i), limit), 100, limit);
        }

        Assert.InRange(_debits.Count, 1, DebitHistory.EntriesMax);
        var before = bucket.Remaining(limit);
        bucket = _debits.Settle(bucket, 100, 0, TimeSpan.FromMilliseconds(1_777), limit);
        Assert.Equal(before + 100, bucket.Remaining(limit));
    }

    private static TokenBucket Full => TokenBucket.Full(HundredPerMinute, TimeSpan.Zero);

    private TokenBucket Take(TokenBucket bucket, long tokens) => _debits.Take(bucket, tokens, HundredPerMinute);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
