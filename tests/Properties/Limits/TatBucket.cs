using System.Numerics;
using Sluice.Rules.Limits;

namespace Sluice.Properties.Limits;

/// <summary>
/// The same limit counted another way, to check the code against: the theoretical arrival time of GCRA, exact in whole
/// numbers of a tick divided by the refill. It shares no formula with the token bucket.
/// </summary>
internal sealed class TatBucket(BucketLimit limit)
{
    private readonly BigInteger _interval = limit.Period.Ticks;
    private readonly BigInteger _tolerance = (BigInteger)limit.Capacity * limit.Period.Ticks;
    private BigInteger _tat;
    private BigInteger _now;

    public void MoveTo(TimeSpan now) => _now = BigInteger.Max(_now, (BigInteger)now.Ticks * limit.Refill);

    public TimeSpan WaitFor(long tokens)
    {
        var late = BigInteger.Max(_tat, _now) + tokens * _interval - _tolerance - _now;
        if (late <= 0)
        {
            return TimeSpan.Zero;
        }

        var ticks = BigInteger.DivRem(late, limit.Refill, out var part);
        return TimeSpan.FromTicks((long)ticks + (part.IsZero ? 0 : 1));
    }

    public void Take(long tokens) => _tat = BigInteger.Max(_tat, _now) + tokens * _interval;

    public void Refund(long tokens) => _tat = BigInteger.Max(BigInteger.Max(_tat, _now) - tokens * _interval, _now);
}
