namespace Sluice.Rules.Limits;

/// <summary>One calendar month in UTC, as a number that only grows: year × 12 + month − 1.</summary>
/// <param name="Number">Comparable with other periods; 0 is before every real one.</param>
public readonly record struct QuotaPeriod(int Number)
{
    public static QuotaPeriod MonthOf(DateTimeOffset utc)
    {
        var moment = utc.UtcDateTime;
        return new QuotaPeriod(moment.Year * 12 + moment.Month - 1);
    }

    /// <summary>The first moment after the period.</summary>
    public DateTimeOffset End
    {
        get
        {
            var next = Number + 1;
            return new DateTimeOffset(next / 12, next % 12 + 1, 1, 0, 0, 0, TimeSpan.Zero);
        }
    }
}
