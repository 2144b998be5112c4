using Sluice.Grains.Abstractions.Plans;

namespace Sluice.Silo.Configuration;

/// <summary>The calendar periods of quotas, as operators write them.</summary>
internal static class CalendarText
{
    public const string Rule = "second, minute, hour, day, week or month";

    /// <summary><see cref="CalendarPeriod.None"/> when the text is none of them.</summary>
    public static CalendarPeriod Parse(string text) => text switch
    {
        "second" => CalendarPeriod.Second,
        "minute" => CalendarPeriod.Minute,
        "hour" => CalendarPeriod.Hour,
        "day" => CalendarPeriod.Day,
        "week" => CalendarPeriod.Week,
        "month" => CalendarPeriod.Month,
        _ => CalendarPeriod.None,
    };

    /// <summary>The period as it is read again; none said is the month.</summary>
    public static string Format(CalendarPeriod period) => period switch
    {
        CalendarPeriod.Second => "second",
        CalendarPeriod.Minute => "minute",
        CalendarPeriod.Hour => "hour",
        CalendarPeriod.Day => "day",
        CalendarPeriod.Week => "week",
        CalendarPeriod.None or CalendarPeriod.Month => "month",
        _ => period.ToString(),
    };
}
