using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class QuotaHealingTests
{
    private static readonly QuotaPeriod January = new(2026 * 12);
    private static readonly QuotaPeriod February = new(2026 * 12 + 1);
    private static readonly Quota AfterCrash = Quota.Recovered(January, 130);

    [Fact]
    public void A_clean_stop_stores_the_exact_count() =>
        Assert.Equal(new Quota(January, 30, 30), new Quota(January, 30, 130).Stopped());

    [Fact]
    public void A_complete_log_gives_back_what_a_crash_counted_too_high_but_not_what_runs()
    {
        Assert.Equal(new Quota(January, 34, 34), AfterCrash.Reconciled(January, usedByLog: 30, reservedByCalls: 4));
        Assert.Equal(new Quota(January, 150, 150), AfterCrash.Reconciled(January, 150, 0));
        Assert.Equal(AfterCrash, AfterCrash.Reconciled(February, 30, 0));
    }

    [Fact]
    public void Totals_of_edges_raise_a_count_and_never_lower_it()
    {
        Assert.Equal(AfterCrash with { Used = 140 }, AfterCrash.AtLeast(January, 140));
        Assert.Equal(AfterCrash, AfterCrash.AtLeast(January, 100));
        Assert.Equal(AfterCrash, AfterCrash.AtLeast(February, 140));
    }

    [Fact]
    public void Use_beyond_what_is_stored_is_stored_next_though_it_passes_the_limit()
    {
        var admitted = new DateTimeOffset(2026, 1, 9, 0, 0, 0, TimeSpan.Zero);
        var quota = new Quota(January, Used: 90, Reserved: 100).Refund(-30, admitted);

        Assert.Equal(120, quota.Used);
        Assert.Equal(120, quota.NextReserve(units: 0, block: 10, limit: 100));
        Assert.Equal(QuotaAnswer.Exhausted, quota.Ask(1, limit: 100));
    }

    [Fact]
    public void Of_every_session_and_period_the_largest_total_counts()
    {
        var totals = UsageTotals.Nothing
            .With(new UsageSource(1, January), 30)
            .With(new UsageSource(2, January), 4)
            .With(new UsageSource(1, January), 20)
            .With(new UsageSource(1, February), 5);

        Assert.Equal(34, totals.UsedIn(January));
        Assert.Equal(5, totals.UsedIn(February));
        Assert.Equal(0, totals.Since(February).UsedIn(January));
        Assert.Equal(5, totals.Since(February).UsedIn(February));
    }
}
