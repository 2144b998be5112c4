using System.Collections.Immutable;

namespace Sluice.Rules.Limits;

/// <param name="EdgeSession">The edge session that counts; a restarted edge is another one.</param>
/// <param name="Period">The period in which the calls were admitted.</param>
public readonly record struct UsageSource(long EdgeSession, QuotaPeriod Period);

/// <summary>
/// What edges say they have used in all, each counting from nothing and only upwards. Of every source the largest total
/// counts, so a report that is lost, repeated or late does no harm. A session that is over keeps what it counted.
/// </summary>
/// <param name="BySource">The largest total heard of each.</param>
public sealed record UsageTotals(ImmutableDictionary<UsageSource, long> BySource)
{
    public static readonly UsageTotals Nothing = new(ImmutableDictionary<UsageSource, long>.Empty);

    public UsageTotals With(UsageSource source, long total) =>
        BySource.TryGetValue(source, out var known) && known >= total
            ? this
            : new UsageTotals(BySource.SetItem(source, total));

    /// <summary>Units used by all sessions together, booked to the period in which they were admitted.</summary>
    public long UsedIn(QuotaPeriod period) =>
        BySource.Where(source => source.Key.Period == period).Sum(source => source.Value);

    /// <summary>Without the periods before this one, once they are stored elsewhere.</summary>
    public UsageTotals Since(QuotaPeriod period) =>
        new(BySource.RemoveRange(BySource.Keys.Where(source => source.Period.Number < period.Number)));
}
