using System.Numerics;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>The promise "a burst, then the rate" and the level that follows from it, in exact whole numbers.</summary>
internal static class RateWindows
{
    /// <summary>
    /// For every two moments: no more tokens between them than capacity plus refill. The times may be in any order.
    /// </summary>
    public static void AssertNoneExceeds(BucketLimit limit, IEnumerable<(TimeSpan At, long Tokens)> passed)
    {
        BigInteger before = 0;
        BigInteger? lowest = null;
        foreach (var (at, tokens) in passed.Where(call => call.Tokens > 0).OrderBy(call => call.At))
        {
            var refilled = at.Ticks * (BigInteger)limit.Refill;
            lowest = lowest is { } low ? BigInteger.Min(low, before - refilled) : before - refilled;
            before += tokens * (BigInteger)limit.Period.Ticks;
            var over = before - refilled - lowest.Value - limit.Capacity * (BigInteger)limit.Period.Ticks;
            Assert.True(over <= 0, $"A window that ends at {at} passed {over} parts of a token too many.");
        }
    }

    /// <summary>
    /// The credit that is left of a full bucket after these debits: of all moments since which they are counted, the
    /// one that leaves least. No step of it is taken one after the other, as the code does it.
    /// </summary>
    public static BigInteger LevelAfter(
        BucketLimit limit, IEnumerable<(TimeSpan At, long Tokens)> debits, TimeSpan now)
    {
        var full = limit.Capacity * (BigInteger)limit.Period.Ticks;
        var level = full;
        BigInteger since = 0;
        foreach (var (at, tokens) in debits.OrderByDescending(debit => debit.At))
        {
            since += tokens * (BigInteger)limit.Period.Ticks;
            level = BigInteger.Min(level, full + (now - at).Ticks * (BigInteger)limit.Refill - since);
        }

        return level;
    }
}
