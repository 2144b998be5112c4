namespace Sluice.Rules.Limits;

/// <summary>How long a quota lasts before it begins again.</summary>
public enum QuotaSpan
{
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

/// <summary>One period of a calendar, as a number that only grows.</summary>
/// <param name="Number">Comparable with other periods of the same calendar; 0 is before every real one.</param>
public readonly record struct QuotaPeriod(long Number)
{
    /// <summary>The calendar month in UTC: year × 12 + month − 1.</summary>
    public static QuotaPeriod MonthOf(DateTimeOffset utc) => default(QuotaCalendar).PeriodOf(utc);
}

/// <summary>
/// The calendar that a quota is counted by. Months, weeks (from Monday) and days are those of the zone's own clocks,
/// so a day of a change of clocks has 23 hours or 25, and no period begins twice. Hours and shorter spans follow the
/// zone's standard time: each is as long as the other, and none comes twice when the clocks are put back.
/// <c>default</c> is the month in UTC.
/// </summary>
/// <param name="Span">How long a period is.</param>
/// <param name="Zone">The tenant's time zone; null is UTC.</param>
public readonly record struct QuotaCalendar(QuotaSpan Span, TimeZoneInfo? Zone = null)
{
    private const int DaysPerWeek = 7;

    // No zone is further from UTC, and no change of clocks is as large.
    private static readonly TimeSpan JumpSearch = TimeSpan.FromHours(18);

    private TimeZoneInfo ZoneOrUtc => Zone ?? TimeZoneInfo.Utc;

    /// <summary>The period that a moment is in by its calendar. A count never goes back to an earlier one.</summary>
    public QuotaPeriod PeriodOf(DateTimeOffset utc)
    {
        if (LengthOfShort(Span) is { } length)
        {
            return new QuotaPeriod((utc.UtcTicks + ZoneOrUtc.BaseUtcOffset.Ticks) / length.Ticks);
        }

        var local = Zone is null ? utc.UtcDateTime : TimeZoneInfo.ConvertTime(utc, Zone).DateTime;
        var day = DateOnly.FromDateTime(local).DayNumber; // Day 0 was a Monday.
        var period = new QuotaPeriod(Span switch
        {
            QuotaSpan.Day => day,
            QuotaSpan.Week => day / DaysPerWeek,
            _ => local.Year * 12L + local.Month - 1,
        });

        // Clocks that are put back over midnight show the day before once more; the period that has begun goes on.
        return Zone is not null && utc >= EndOf(period) ? new QuotaPeriod(period.Number + 1) : period;
    }

    /// <summary>The first moment after a period.</summary>
    public DateTimeOffset EndOf(QuotaPeriod period)
    {
        var next = period.Number + 1;
        if (LengthOfShort(Span) is { } length)
        {
            return new DateTimeOffset(next * length.Ticks - ZoneOrUtc.BaseUtcOffset.Ticks, TimeSpan.Zero);
        }

        return FirstMomentOf(Span switch
        {
            QuotaSpan.Day => DateOnly.FromDayNumber((int)next),
            QuotaSpan.Week => DateOnly.FromDayNumber((int)next * DaysPerWeek),
            _ => new DateOnly((int)(next / 12), (int)(next % 12) + 1, 1),
        });
    }

    private DateTimeOffset FirstMomentOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        if (ZoneOrUtc.IsAmbiguousTime(midnight))
        {
            // The clocks are put back over midnight: the day begins when it is midnight for the first time.
            return new DateTimeOffset(midnight, ZoneOrUtc.GetAmbiguousTimeOffsets(midnight).Max()).ToUniversalTime();
        }

        return ZoneOrUtc.IsInvalidTime(midnight)
            ? JumpOver(midnight)
            : new DateTimeOffset(midnight, ZoneOrUtc.GetUtcOffset(midnight)).ToUniversalTime();
    }

    /// <summary>The moment at which the clocks are put on over a time that they so never show.</summary>
    private DateTimeOffset JumpOver(DateTime leftOut)
    {
        var atUtc = new DateTimeOffset(leftOut, TimeSpan.Zero);
        var (before, after) = ((atUtc - JumpSearch).UtcTicks, (atUtc + JumpSearch).UtcTicks);
        while (after - before > 1)
        {
            var between = before + (after - before) / 2;
            var shown = TimeZoneInfo.ConvertTime(new DateTimeOffset(between, TimeSpan.Zero), ZoneOrUtc).DateTime;
            (before, after) = shown < leftOut ? (between, after) : (before, between);
        }

        return new DateTimeOffset(after, TimeSpan.Zero);
    }

    private static TimeSpan? LengthOfShort(QuotaSpan span) => span switch
    {
        QuotaSpan.Hour => TimeSpan.FromHours(1),
        QuotaSpan.Minute => TimeSpan.FromMinutes(1),
        QuotaSpan.Second => TimeSpan.FromSeconds(1),
        _ => null,
    };
}
