using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;

namespace Sluice.Properties;

/// <summary>What the laws are tried on.</summary>
internal static class Draw
{
    /// <summary>Small values are drawn half of the time: that is where rounding and off-by-one errors live.</summary>
    public static Gen<int> Mostly(int from, int small, int large) =>
        Gen.OneOf(Gen.Choose(from, small), Gen.Choose(from, large));

    public static Gen<bool> OneIn(int n) => Gen.Choose(1, n).Select(drawn => drawn == 1);

    /// <summary>Gaps between events, in ticks: none, a few, or enough to refill a bucket.</summary>
    public static readonly Gen<TimeSpan> Gaps = Mostly(0, 1_000, 20_000_000).Select(ticks => TimeSpan.FromTicks(ticks));

    /// <summary>Rates whose period does not divide by what they refill, as well as those whose period does.</summary>
    public static readonly Gen<BucketLimit> BucketLimits =
        from capacity in Gen.Choose(1, 200)
        from refill in Gen.Choose(1, 50)
        from periodTicks in Mostly(1, 1_000, 10_000_000)
        select new BucketLimit(capacity, refill, TimeSpan.FromTicks(periodTicks));
}
