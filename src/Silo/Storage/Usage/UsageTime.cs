namespace Sluice.Silo.Storage.Usage;

/// <summary>Moments as the usage log stores them: microseconds since 1970, in UTC.</summary>
internal static class UsageTime
{
    /// <summary>Rounded down, so that no moment moves into the period after its own.</summary>
    public static long ToMicroseconds(this DateTimeOffset moment) =>
        (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset OfMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
