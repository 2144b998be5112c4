using System.Globalization;
using System.Text;

namespace Sluice.Edge.Admission;

/// <summary>
/// Durations as Go's <c>time.ParseDuration</c> reads them (<c>1h2m3.5s</c>, <c>12ms</c>), which is what OpenAI sends
/// and what clients parse; a bare number would parse to nothing.
/// </summary>
internal static class GoDuration
{
    /// <summary>Rounded up to the millisecond; a negative duration is zero.</summary>
    public static string Format(TimeSpan duration)
    {
        var milliseconds = duration <= TimeSpan.Zero
            ? 0
            : (duration.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        if (milliseconds == 0)
        {
            return "0s";
        }

        if (milliseconds < 1000)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        }

        var (hours, afterHours) = Math.DivRem(milliseconds, 3_600_000);
        var (minutes, afterMinutes) = Math.DivRem(afterHours, 60_000);
        var text = new StringBuilder();
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{afterMinutes / 1000m:0.###}s").ToString();
    }
}
