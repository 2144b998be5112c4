using System.Globalization;

namespace Sluice.Silo.Configuration;

/// <summary>
/// A rate or a quota in one text, <c>100000 tokens/min burst 200000</c> or <c>50 pages/day</c>, taken apart into the
/// members that say the same.
/// </summary>
internal static class LimitSentence
{
    public const string RateRule =
        "such as '600 requests/min', '100000 tokens/min burst 200000' or '20 images/10s'";

    public const string QuotaRule = "such as '1000000 tokens/month' or '50 pages/day'";

    /// <summary>The limit with the members that its rate says; null when the text is not a rate.</summary>
    public static WrittenLimit? OfRate(WrittenLimit limit, string text)
    {
        var words = WordsOf(text);
        long? burst = null;
        if (words is [.., "burst", var last])
        {
            if (NumberOf(last) is not { } number)
            {
                return null;
            }

            (words, burst) = (words[..^2], number);
        }

        return AmountOf(words) is var (amount, unit, period) && RatePeriodOf(period) is { } known
            ? limit with { Kind = "rate", Amount = amount, Unit = unit, Burst = burst, Period = known }
            : null;
    }

    /// <summary>The limit with the members that its quota says; null when the text is not a quota.</summary>
    public static WrittenLimit? OfQuota(WrittenLimit limit, string text) =>
        AmountOf(WordsOf(text)) is var (amount, unit, calendar)
            ? limit with { Kind = "quota", Amount = amount, Unit = unit, Calendar = calendar }
            : null;

    private static string[] WordsOf(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary><c>100 tokens/min</c>, or <c>100/min</c> for requests.</summary>
    private static (long Amount, string? Unit, string Period)? AmountOf(string[] words)
    {
        if (words.Length is not (1 or 2) || words[^1].Split('/') is not [var before, { Length: > 0 } period])
        {
            return null;
        }

        var number = words.Length == 1 ? before : words[0];
        return NumberOf(number) is { } amount && (words.Length == 1 || before.Length > 0)
            ? (amount, words.Length == 1 ? null : before, period)
            : null;
    }

    private static long? NumberOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A duration, or a word for one of them; a month has no length of its own.</summary>
    private static string? RatePeriodOf(string period) => period switch
    {
        "s" or "second" => "1s",
        "min" or "minute" => "1m",
        "h" or "hour" => "1h",
        "d" or "day" => "1d",
        "week" => "7d",
        _ => DurationText.TryParse(period, out _) ? period : null,
    };
}
