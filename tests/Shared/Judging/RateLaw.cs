namespace Sluice.Testing.Judging;

/// <summary>A decision that was made at some moment from <paramref name="From"/> to <paramref name="To"/>.</summary>
/// <param name="From">Nanoseconds.</param>
/// <param name="To">Nanoseconds; not before <paramref name="From"/>.</param>
/// <param name="Cost">What it took.</param>
public readonly record struct Taken(long From, long To, long Cost = 1);

/// <summary>
/// For every window of length T: admitted ≤ burst + rate × T. A decision is made after its client sent the call and
/// before the pool has it. Nobody outside knows when, so what lies wholly within a window must fit it: what is found to
/// be too much was too much, wherever the decisions fell.
/// </summary>
public static class RateLaw
{
    private const long NanosecondsPerTick = 100;

    /// <summary>What the worst window had too much, rounded up; 0 or less when every window fits.</summary>
    /// <param name="taken">All that was admitted, in any order.</param>
    /// <param name="rate">What may be.</param>
    /// <param name="worst">That window, in nanoseconds.</param>
    /// <remarks>
    /// Every window begins with some call and ends with another, so it is pairs that are looked at: where a decision is
    /// an interval and not a moment, one running minimum is not enough.
    /// </remarks>
    public static long Excess(IEnumerable<Taken> taken, RateTerms rate, out (long From, long To) worst)
    {
        ArgumentNullException.ThrowIfNull(rate);
        var byEnd = taken.OrderBy(one => one.To).ToArray();
        Int128 most = Int128.MinValue;
        worst = default;
        foreach (var start in byEnd.Select(one => one.From).Distinct())
        {
            Int128 sum = 0;
            foreach (var one in byEnd)
            {
                if (one.From < start)
                {
                    continue;
                }

                sum += one.Cost;
                var excess = (sum - rate.Burst) * Period(rate) - (Int128)(one.To - start) * rate.Amount;
                if (excess > most)
                {
                    (most, worst) = (excess, (start, one.To));
                }
            }
        }

        return byEnd.Length == 0 ? -rate.Burst : Up(most, Period(rate));
    }

    /// <summary>
    /// What must have been left at every moment of a time, at the least, if all that may have been taken was taken as
    /// late and as soon as is worst. Rounded down; below zero when nothing is known to be left.
    /// </summary>
    /// <param name="byEnd">All that may have been admitted, in the order of <see cref="Taken.To"/>.</param>
    /// <param name="rate">A bucket that was full before the first of them.</param>
    /// <param name="from">Nanoseconds.</param>
    /// <param name="to">Nanoseconds; not before <paramref name="from"/>.</param>
    public static long Left(IReadOnlyList<Taken> byEnd, RateTerms rate, long from, long to)
    {
        ArgumentNullException.ThrowIfNull(byEnd);
        ArgumentNullException.ThrowIfNull(rate);
        Int128 least = rate.Burst * Period(rate);
        Int128 sum = 0;
        for (var i = byEnd.Count - 1; i >= 0; i--)
        {
            var one = byEnd[i];
            if (one.From > to)
            {
                continue;
            }

            sum += one.Cost;
            var refilled = (Int128)Math.Max(0, from - one.To) * rate.Amount;
            var left = (rate.Burst - sum) * Period(rate) + refilled;
            least = left < least ? left : least;
        }

        return -Up(-least, Period(rate));
    }

    private static Int128 Period(RateTerms rate) => (Int128)rate.Period.Ticks * NanosecondsPerTick;

    private static long Up(Int128 number, Int128 by) =>
        (long)(number / by) + (number % by > 0 ? 1 : 0);
}
