using System.Globalization;
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

    /// <summary>
    /// Without a change of clocks, with one at two o'clock, at midnight, by half an hour, over midnight both ways; and
    /// some as they are on earth.
    /// </summary>
    private static readonly TimeZoneInfo[] Zones =
    [
        TimeZoneInfo.Utc,
        TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromMinutes(345), null, null),
        Zone("two-o-clock", -5, TimeSpan.FromHours(1), hour: 2),
        Zone("midnight", 2, TimeSpan.FromHours(1), hour: 0),
        Zone("half-an-hour", 10, TimeSpan.FromMinutes(30), hour: 2),
        Zone("over-midnight", 2, TimeSpan.FromHours(1), (23, 30), (0, 15)),
        TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
        TimeZoneInfo.FindSystemTimeZoneById("America/Havana"),
        TimeZoneInfo.FindSystemTimeZoneById("America/Santiago"),
        TimeZoneInfo.FindSystemTimeZoneById("Africa/Cairo"),
        TimeZoneInfo.FindSystemTimeZoneById("Asia/Beirut"),
        TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe"),
        TimeZoneInfo.FindSystemTimeZoneById("America/Nuuk"),
        TimeZoneInfo.FindSystemTimeZoneById("Pacific/Kiritimati"),
    ];

    /// <summary>Moments around every change of clocks of two years, and anywhere else.</summary>
    private static readonly DateTimeOffset[] Changes = [.. Zones.SelectMany(ChangesOf).Distinct()];

    private static readonly Gen<(QuotaCalendar Calendar, DateTimeOffset Utc)> Cases =
        from span in Gen.Elements(Enum.GetValues<QuotaSpan>())
        from zone in Gen.Elements(Zones)
        from day in Gen.OneOf(Gen.Choose(0, 800), Gen.Elements(58, 59, 60, 66, 67, 86, 87, 296, 297, 303, 304, 364))
        from second in Gen.Choose(0, 86_400)
        from tick in Gen.Elements(-1L, 0L, 1L)
        from change in Gen.Elements(Changes)
        from minutes in Gen.Choose(-240, 240)
        from isNearChange in Gen.Elements(true, false)
        let utc = isNearChange ? change.AddMinutes(minutes) : Start.AddDays(day).AddSeconds(second)
        select (new QuotaCalendar(span, zone), utc.AddTicks(tick));

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

    /// <summary>Q5. Guards against a moment that is in no period, in two, or in one that was over.</summary>
    [Fact]
    public void Q5_periods_follow_one_another_without_a_gap_whatever_the_clocks_do() =>
        Law.Holds(Cases, drawn =>
        {
            var (calendar, utc) = drawn;
            var period = calendar.PeriodOf(utc);
            var later = utc;
            for (var i = 0; i < 40; i++)
            {
                later = later.AddMinutes(7);
                var next = calendar.PeriodOf(later);
                Assert.True(next.Number >= period.Number, $"{later:O} is in {next}, after {period}.");
                Assert.True(calendar.EndOf(next) > later);
                Assert.True(calendar.EndOf(new QuotaPeriod(next.Number - 1)) <= later);
                period = next;
            }
        });

    /// <summary>Guards what a tenant is told: a day is one of its own clocks.</summary>
    [Theory]
    [InlineData("Europe/Berlin", "2026-03-29", 23)]
    [InlineData("Europe/Berlin", "2026-10-25", 25)]
    [InlineData("Europe/Berlin", "2026-07-01", 24)]
    [InlineData("Australia/Lord_Howe", "2026-10-04", 23.5)]
    public void A_day_of_a_change_of_clocks_is_as_long_as_it_is_there(string zone, string day, double hours)
    {
        var calendar = new QuotaCalendar(QuotaSpan.Day, TimeZoneInfo.FindSystemTimeZoneById(zone));
        var number = DateOnly.Parse(day, CultureInfo.InvariantCulture).DayNumber;

        var length = calendar.EndOf(new QuotaPeriod(number)) - calendar.EndOf(new QuotaPeriod(number - 1));

        Assert.Equal(hours, length.TotalHours);
    }

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

    private static IEnumerable<DateTimeOffset> ChangesOf(TimeZoneInfo zone) =>
        from hour in Enumerable.Range(0, 2 * 366 * 24)
        let utc = Start.AddHours(hour)
        where zone.GetUtcOffset(utc) != zone.GetUtcOffset(utc.AddHours(1))
        select utc;

    private static TimeZoneInfo Zone(string name, int hours, TimeSpan delta, int hour) =>
        Zone(name, hours, delta, (hour, 0), (Math.Max(1, hour), 0));

    private static TimeZoneInfo Zone(
        string name, int hours, TimeSpan delta, (int Hour, int Minute) on, (int Hour, int Minute) back)
    {
        var spring = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(
            new DateTime(1, 1, 1, on.Hour, on.Minute, 0), 3, 2, DayOfWeek.Sunday);
        var autumn = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(
            new DateTime(1, 1, 1, back.Hour, back.Minute, 0), 11, 1, DayOfWeek.Sunday);
        return TimeZoneInfo.CreateCustomTimeZone(
            name, TimeSpan.FromHours(hours), null, null, null,
            [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date, DateTime.MaxValue.Date, delta, spring, autumn)]);
    }
}
