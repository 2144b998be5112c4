using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sluice.Telemetry.Logging;

/// <summary>Times and levels as both formats spell them.</summary>
internal static class LogText
{
    /// <summary>Now, in UTC, to the millisecond.</summary>
    public static string Time(TimeProvider time) =>
        time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
