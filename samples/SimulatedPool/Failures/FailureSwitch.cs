using System.Globalization;

namespace Sluice.SimulatedPool.Failures;

/// <summary>The words that switch failures on: one line each.</summary>
internal static class FailureSwitch
{
    private const int MillisecondsMax = 24 * 60 * 60 * 1000;

    /// <summary>Adds one switch, <c>name</c> or <c>name=value</c>. Null: there is no such switch.</summary>
    public static PoolFailure? Apply(PoolFailure failure, string item)
    {
        var equals = item.IndexOf('=', StringComparison.Ordinal);
        var name = (equals < 0 ? item : item[..equals]).Trim();
        var value = equals < 0 ? null : item[(equals + 1)..].Trim();
        return (name, value) switch
        {
            ("off", null) => PoolFailure.None,
            ("slow", { } v) when Milliseconds(v) is { } delay => failure with { Delay = delay },
            ("status", { } v) when Number(v) is >= 400 and < 600 and var n => failure with { Status = n },
            ("retry-after", { Length: > 0 } v) when v.All(char.IsAscii) => failure with { RetryAfter = v },
            ("code", { Length: > 0 } v) => failure with { Code = v },
            ("hang", null) => failure with { Hangs = true },
            ("hang-after", { } v) when Number(v) is { } n => failure with { HangAfterTokens = n },
            ("cut-after", { } v) when Number(v) is { } n => failure with { CutAfterTokens = n },
            ("garbage", null) => failure with { Garbage = true },
            ("garbage-stream", null) => failure with { GarbageStream = true },
            ("no-usage", null) => failure with { NoUsage = true },
            ("reject-stream-options", null) => failure with { RejectsStreamOptions = true },
            ("unhealthy", null) => failure with { Unhealthy = true },
            ("times", { } v) when Number(v) is >= 1 and var n => failure with { Times = n },
            _ => null,
        };
    }

    private static int? Number(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static TimeSpan? Milliseconds(string value) =>
        value.EndsWith("ms", StringComparison.Ordinal) && Number(value[..^2]) is <= MillisecondsMax and var number
            ? TimeSpan.FromMilliseconds(number)
            : null;
}
