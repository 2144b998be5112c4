using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class QuotaCalendarTests
{
    /// <summary>Five hours behind; an hour on at 2:00 on 8 March 2026, back at 2:00 on 1 November.</summary>
    private static readonly TimeZoneInfo West = TimeZoneInfo.CreateCustomTimeZone(
        "west", TimeSpan.FromHours(-5), null, null, null,
        [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 2, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(
                new DateTime(1, 1, 1, 2, 0, 0), 11, 1, DayOfWeek.Sunday))]);

    [Theory]
    [InlineData(QuotaSpan.Month, "2026-03-31T23:59:59-04:00", "2026-04-01T00:00:00-04:00")]
    [InlineData(QuotaSpan.Week, "2026-03-08T12:00:00-04:00", "2026-03-09T00:00:00-04:00")]
    [InlineData(QuotaSpan.Week, "2026-03-09T00:00:00-04:00", "2026-03-16T00:00:00-04:00")]
    [InlineData(QuotaSpan.Day, "2026-03-08T01:00:00-05:00", "2026-03-09T00:00:00-04:00")] // 23 hours.
    [InlineData(QuotaSpan.Day, "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00")] // 25 hours.
    [InlineData(QuotaSpan.Hour, "2026-11-01T01:30:00-04:00", "2026-11-01T02:00:00-04:00")]
    [InlineData(QuotaSpan.Hour, "2026-11-01T01:30:00-05:00", "2026-11-01T02:00:00-05:00")] // The same hour, again.
    [InlineData(QuotaSpan.Minute, "2026-11-01T01:30:30-05:00", "2026-11-01T01:31:00-05:00")]
    [InlineData(QuotaSpan.Second, "2026-11-01T01:30:30.5-05:00", "2026-11-01T01:30:31-05:00")]
    public void A_period_ends_by_the_clocks_of_its_zone(QuotaSpan span, string at, string end)
    {
        var calendar = new QuotaCalendar(span, West);
        var utc = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);

        var period = calendar.PeriodOf(utc.ToUniversalTime());

        Assert.Equal(
            DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture), calendar.EndOf(period));
    }

    /// <summary>Guards stored counts: a month of requests goes by its name alone, as it always did.</summary>
    [Fact]
    public void Another_unit_or_span_is_another_count() => Assert.Equal(
        ["q", "q", "q/total-tokens/Month", "q/requests/Day"],
        new[]
        {
            new Sluice.Rules.Admission.CountLimit("q", 1),
            new Sluice.Rules.Admission.CountLimit("q", 1, Units.Requests, new QuotaCalendar(QuotaSpan.Month, West)),
            new Sluice.Rules.Admission.CountLimit("q", 1, Units.TotalTokens),
            new Sluice.Rules.Admission.CountLimit("q", 1, null, new QuotaCalendar(QuotaSpan.Day)),
        }.Select(limit => limit.Key));
}
