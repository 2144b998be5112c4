using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class QuotaTests
{
    private static readonly DateTimeOffset January = new(2026, 1, 31, 23, 59, 59, TimeSpan.Zero);
    private static readonly DateTimeOffset February = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly QuotaPeriod InJanuary = QuotaPeriod.MonthOf(January);
    private static readonly QuotaPeriod InFebruary = QuotaPeriod.MonthOf(February);

    [Fact]
    public void What_is_not_stored_yet_is_pending_and_what_is_stored_fits()
    {
        var quota = new Quota(InJanuary, Used: 7, Reserved: 10);

        Assert.Equal(QuotaAnswer.Fits, quota.Ask(3, limit: 100));
        Assert.Equal(QuotaAnswer.Pending, quota.Ask(4, limit: 100));
    }

    [Fact]
    public void The_last_unit_is_usable_and_the_one_after_is_not()
    {
        var quota = new Quota(InJanuary, Used: 99, Reserved: 100);

        Assert.Equal(QuotaAnswer.Fits, quota.Ask(1, limit: 100));
        Assert.Equal(QuotaAnswer.Exhausted, quota.Ask(2, limit: 100));
        Assert.Equal(QuotaAnswer.Exhausted, quota.Take(1).Ask(1, limit: 100));
    }

    [Fact]
    public void A_limit_lowered_below_what_was_used_is_exhausted() =>
        Assert.Equal(QuotaAnswer.Exhausted, new Quota(InJanuary, Used: 50, Reserved: 60).Ask(1, limit: 40));

    [Fact]
    public void A_request_beyond_the_reserve_asks_for_itself_and_a_block() =>
        Assert.Equal(13, new Quota(InJanuary, Used: 2, Reserved: 2).NextReserve(units: 1, block: 10, limit: 100));

    /// <summary>Guards against a request that waits for a write which could have been made ahead of it.</summary>
    [Fact]
    public void The_next_block_is_asked_for_when_half_of_this_one_is_used()
    {
        Assert.Null(new Quota(InJanuary, Used: 4, Reserved: 10).NextReserve(units: 0, block: 10, limit: 100));
        Assert.Equal(15, new Quota(InJanuary, Used: 5, Reserved: 10).NextReserve(units: 0, block: 10, limit: 100));
    }

    [Fact]
    public void Nothing_is_stored_above_the_limit()
    {
        Assert.Equal(100, new Quota(InJanuary, Used: 95, Reserved: 95).NextReserve(units: 1, block: 10, limit: 100));
        Assert.Null(new Quota(InJanuary, Used: 99, Reserved: 100).NextReserve(units: 0, block: 10, limit: 100));
        Assert.Null(new Quota(InJanuary, Used: 99, Reserved: 100).NextReserve(units: 1, block: 10, limit: 50));
    }

    [Fact]
    public void A_late_answer_never_lowers_what_is_stored()
    {
        var quota = new Quota(InJanuary, Used: 5, Reserved: 20);

        Assert.Equal(quota, quota.WithReserved(InJanuary, 10));
        Assert.Equal(quota with { Reserved = 30 }, quota.WithReserved(InJanuary, 30));
    }

    /// <summary>Guards the new month against a write that was begun in the old one.</summary>
    [Fact]
    public void An_answer_about_another_month_changes_nothing()
    {
        var quota = new Quota(InFebruary, Used: 0, Reserved: 0);

        Assert.Equal(quota, quota.WithReserved(InJanuary, 100));
    }

    [Fact]
    public void A_new_month_begins_with_nothing_used_and_nothing_stored()
    {
        var quota = new Quota(InJanuary, Used: 5, Reserved: 20);

        Assert.Equal(quota, quota.At(January));
        Assert.Equal(new Quota(InFebruary, 0, 0), quota.At(February));
    }

    /// <summary>Guards against a clock that steps back over midnight: no month is there a second time.</summary>
    [Fact]
    public void A_clock_that_steps_back_stays_in_its_month()
    {
        var quota = new Quota(InFebruary, Used: 5, Reserved: 20);

        Assert.Equal(quota, quota.At(January));
    }

    [Fact]
    public void A_refund_lowers_the_month_in_which_the_units_were_taken_and_no_other()
    {
        var quota = new Quota(InFebruary, Used: 5, Reserved: 20);

        Assert.Equal(quota with { Used = 3 }, quota.Refund(2, taken: February));
        Assert.Equal(quota, quota.Refund(2, taken: January));
    }

    [Fact]
    public void A_refund_never_counts_below_nothing() =>
        Assert.Equal(0, new Quota(InJanuary, Used: 1, Reserved: 20).Refund(2, taken: January).Used);

    /// <summary>Guards P3: after a crash nobody knows how much of the block was spent, so all of it was.</summary>
    [Fact]
    public void After_a_crash_all_that_was_stored_counts_as_used()
    {
        var quota = Quota.Recovered(InJanuary, reserved: 30);

        Assert.Equal(new Quota(InJanuary, Used: 30, Reserved: 30), quota);
        Assert.Equal(QuotaAnswer.Pending, quota.Ask(1, limit: 31));
        Assert.Equal(QuotaAnswer.Exhausted, quota.Ask(1, limit: 30));
    }

    [Fact]
    public void A_month_ends_where_the_next_one_begins_also_at_the_turn_of_the_year()
    {
        Assert.Equal(February, default(QuotaCalendar).EndOf(InJanuary));
        Assert.Equal(
            new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),
            default(QuotaCalendar).EndOf(new QuotaPeriod(2026 * 12 + 11)));
        Assert.Equal(InJanuary.Number + 1, InFebruary.Number);
    }

    [Fact]
    public void A_month_is_counted_in_utc()
    {
        var localFebruary = new DateTimeOffset(2026, 2, 1, 7, 59, 59, TimeSpan.FromHours(8));

        Assert.Equal(InJanuary, QuotaPeriod.MonthOf(localFebruary));
    }
}
