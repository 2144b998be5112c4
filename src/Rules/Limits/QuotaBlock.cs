namespace Sluice.Rules.Limits;

/// <summary>How much of a quota to reserve at a time.</summary>
public static class QuotaBlock
{
    /// <summary>A block is about this much of the current use, so that one write covers it.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromSeconds(5);

    /// <summary>A client that just woke up may send a few at once; they should not each wait for a write.</summary>
    private const long UnitsWhenQuiet = 10;

    /// <summary>
    /// Five seconds of the current use, at least one request and at most a hundredth of what remains: a crash counts at
    /// most that much too high, and near the limit the blocks shrink to single units.
    /// </summary>
    /// <param name="unitsPerSpan">Units used in the last <see cref="Span"/>; 0 or more.</param>
    /// <param name="used">Units used in the period.</param>
    /// <param name="limit">Units per period; 1 or more.</param>
    public static long Size(long unitsPerSpan, long used, long limit) =>
        Math.Clamp(Math.Max(unitsPerSpan, UnitsWhenQuiet), 1, Math.Max(1, (limit - used) / 100));
}
