using System.Numerics;

namespace Sluice.Actors.Introspection;

/// <summary>
/// How often something took how long, in buckets that grow with what they hold: eight to every doubling. What is read
/// from it is never below the truth, and above it by less than an eighth. Recording is one addition, without a lock.
/// </summary>
internal sealed class DurationHistogram
{
    private const int BitsWithinDoubling = 3;
    private const int WithinDoubling = 1 << BitsWithinDoubling;

    /// <summary>2^43 ns are almost two and a half hours. What takes longer is counted as this.</summary>
    private const int DoublingsMost = 43;

    private const int BucketCount = ((DoublingsMost - BitsWithinDoubling + 1) * WithinDoubling) + WithinDoubling;

    private readonly long[] _buckets = new long[BucketCount];

    internal void Record(TimeSpan duration) => Interlocked.Increment(ref _buckets[BucketOf(duration)]);

    /// <summary>Adds what another has counted.</summary>
    internal void Add(DurationHistogram other)
    {
        for (var bucket = 0; bucket < BucketCount; bucket++)
        {
            _buckets[bucket] += Volatile.Read(ref other._buckets[bucket]);
        }
    }

    internal Durations Read()
    {
        var measured = _buckets.Sum();
        return new Durations { Measured = measured, P50 = Quantile(measured, 50), P99 = Quantile(measured, 99) };
    }

    /// <summary>The duration within which that part of them was over, by nearest rank; zero when there are none.</summary>
    private TimeSpan Quantile(long measured, int percent)
    {
        // The rank counts from one: of four, the second is the median.
        var before = Math.Max(1, ((measured * percent) + 99) / 100);
        for (var bucket = 0; bucket < BucketCount; bucket++)
        {
            before -= _buckets[bucket];
            if (before <= 0)
            {
                return Longest(bucket);
            }
        }

        return TimeSpan.Zero;
    }

    private static int BucketOf(TimeSpan duration)
    {
        var nanoseconds = (ulong)Math.Max(0, duration.Ticks) * TimeSpan.NanosecondsPerTick;
        if (nanoseconds < WithinDoubling)
        {
            return (int)nanoseconds;
        }

        var doublings = BitOperations.Log2(nanoseconds);
        if (doublings > DoublingsMost)
        {
            return BucketCount - 1;
        }

        var within = (int)(nanoseconds >> (doublings - BitsWithinDoubling)) & (WithinDoubling - 1);
        return ((doublings - BitsWithinDoubling + 1) * WithinDoubling) + within;
    }

    /// <summary>The longest duration that the bucket holds, rounded down to ticks, of which durations are made.</summary>
    private static TimeSpan Longest(int bucket)
    {
        if (bucket < WithinDoubling)
        {
            return TimeSpan.FromTicks(bucket / TimeSpan.NanosecondsPerTick);
        }

        var shift = (bucket / WithinDoubling) - 1;
        var least = (long)(WithinDoubling + (bucket % WithinDoubling)) << shift;
        return TimeSpan.FromTicks((least + (1L << shift) - 1) / TimeSpan.NanosecondsPerTick);
    }
}
