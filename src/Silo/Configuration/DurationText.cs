using System.Globalization;

namespace Sluice.Silo.Configuration;

/// <summary>
/// Durations as operators write them: a whole number and a unit, such as <c>500ms</c>, <c>1m</c>, <c>30d</c>.
/// </summary>
internal static class DurationText
{
    public const string Rule = "a whole number followed by ms, s, m, h or d, such as 1m";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits is < 1 or > 9 || TicksOf(text[digits..]) is not { } ticks)
        {
            return false;
        }

        var count = long.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture);
        if (count > TimeSpan.MaxValue.Ticks / ticks)
        {
            return false;
        }

        duration = new TimeSpan(count * ticks);
        return true;
    }

    /// <summary>In the largest unit that says it exactly.</summary>
    public static string Format(TimeSpan duration)
    {
        foreach (var unit in new[] { "d", "h", "m", "s" })
        {
            var ticks = TicksOf(unit)!.Value;
            if (duration.Ticks >= ticks && duration.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / TimeSpan.TicksPerMillisecond}ms");
    }

    private static long? TicksOf(string unit) => unit switch
    {
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        "d" => TimeSpan.TicksPerDay,
        _ => null,
    };
}
