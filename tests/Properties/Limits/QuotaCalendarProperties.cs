using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>What must hold of every calendar, wherever the clocks are put on and back.</summary>
public sealed class QuotaCalendarProperties
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    /// <summary>Without a change of clocks, with one at two o'clock, at midnight, and by half an hour.</summary>
    private static readonly TimeZoneInfo[] Zones =
    [
        TimeZoneInfo.Utc,
        TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromMinutes(345), null, null),
        Zone("two-o-clock", -5, TimeSpan.FromHours(1), hour: 2),
        Zone("midnight", 2, TimeSpan.FromHours(1), hour: 0),
        Zone("half-an-hour", 10, TimeSpan.FromMinutes(30), hour: 2),
    ];

    private static readonly Gen<(QuotaCalendar Calendar, DateTimeOffset Utc)> Cases =
        from span in Gen.Elements(Enum.GetValues<QuotaSpan>())
        from zone in Gen.Elements(Zones)
        from day in Gen.OneOf(Gen.Choose(0, 800), Gen.Elements(58, 59, 60, 66, 67, 86, 87, 296, 297, 303, 304, 364))
        from second in Gen.Choose(0, 86_400)
        from tick in Gen.Elements(-1L, 0L, 1L)
        select (new QuotaCalendar(span, zone), Start.AddDays(day).AddSeconds(second).AddTicks(tick));

    /// <summary>Q5. Guards against a moment that is in two periods or in none.</summary>
    [Fact]
    public void Q5_a_period_ends_where_the_next_one_begins() =>
        Law.Holds(Cases, drawn =>
        {
            var (calendar, utc) = drawn;
            var period = calendar.PeriodOf(utc);

            var end = calendar.EndOf(period);

            // Clocks that are put back over midnight are a day ahead until then; a count does not go back with them.
            Assert.True(end > utc);
            Assert.Equal(period.Number + 1, calendar.PeriodOf(end).Number);
            Assert.Equal(period, calendar.PeriodOf(end - Tick));
            Assert.Equal(end, calendar.EndOf(calendar.PeriodOf(end - Tick)));
        });

    /// <summary>Guards the length that a client sees: every shorter period is as long as the next.</summary>
    [Fact]
    public void Hours_minutes_and_seconds_are_all_of_one_length() =>
        Law.Holds(Cases.Where(drawn => drawn.Calendar.Span is QuotaSpan.Hour or QuotaSpan.Minute or QuotaSpan.Second),
            drawn =>
            {
                var (calendar, utc) = drawn;
                var period = calendar.PeriodOf(utc);

                var length = calendar.EndOf(period) - calendar.EndOf(new QuotaPeriod(period.Number - 1));

                var expected = calendar.Span is QuotaSpan.Hour ? 3_600 : calendar.Span is QuotaSpan.Minute ? 60 : 1;
                Assert.Equal(TimeSpan.FromSeconds(expected), length);
            });

    /// <summary>Q3. Guards against a clock, or a change of clocks, that makes a quota whole a second time.</summary>
    [Fact]
    public void Q3_a_count_never_goes_back_to_an_earlier_period() =>
        Law.Holds(Cases.Zip(Gen.Choose(-200_000, 200_000).ArrayOf(20)), drawn =>
        {
            var ((calendar, utc), steps) = drawn;
            var quota = new Quota(calendar.PeriodOf(utc), 7, 9);
            foreach (var step in steps)
            {
                utc += TimeSpan.FromSeconds(step);
                var next = quota.At(utc, calendar);
                Assert.True(next == quota || (next.Period.Number > quota.Period.Number && next is { Used: 0 }));
                quota = next with { Used = 7 };
            }
        });

    private static TimeZoneInfo Zone(string name, int hours, TimeSpan delta, int hour)
    {
        var spring = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(
            new DateTime(1, 1, 1, hour, 0, 0), 3, 2, DayOfWeek.Sunday);
        var autumn = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(
            new DateTime(1, 1, 1, Math.Max(1, hour), 0, 0), 11, 1, DayOfWeek.Sunday);
        return TimeZoneInfo.CreateCustomTimeZone(
            name, TimeSpan.FromHours(hours), null, null, null,
            [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date, DateTime.MaxValue.Date, delta, spring, autumn)]);
    }
}
