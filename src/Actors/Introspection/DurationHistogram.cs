using System.Numerics;

namespace Sluice.Actors.Introspection;

/// <summary>
/// How often something took how long, in cells that grow with what they hold: eight to every doubling. What is read
/// from it is never below the truth, and above it by less than an eighth. Recording is one addition, without a lock.
/// </summary>
internal sealed class DurationHistogram
{
    private const int BitsWithinDoubling = 3;
    private const int WithinDoubling = 1 << BitsWithinDoubling;

    /// <summary>2^43 ns are almost two and a half hours. What takes longer is counted as this.</summary>
    private const int DoublingsMost = 43;

    private const int CellCount = ((DoublingsMost - BitsWithinDoubling + 1) * WithinDoubling) + WithinDoubling;

    private readonly long[] _cells = new long[CellCount];

    internal void Record(TimeSpan duration) => Interlocked.Increment(ref _cells[CellOf(duration)]);

    /// <summary>Adds what another has counted.</summary>
    internal void Add(DurationHistogram other)
    {
        for (var cell = 0; cell < CellCount; cell++)
        {
            _cells[cell] += Volatile.Read(ref other._cells[cell]);
        }
    }

    internal Durations Read()
    {
        var measured = _cells.Sum();
        return new Durations { Measured = measured, P50 = Quantile(measured, 50), P99 = Quantile(measured, 99) };
    }

    /// <summary>The duration within which that part was over, by nearest rank; zero when there are none.</summary>
    private TimeSpan Quantile(long measured, int percent)
    {
        // The rank counts from one: of four, the second is the median.
        var before = Math.Max(1, ((measured * percent) + 99) / 100);
        for (var cell = 0; cell < CellCount; cell++)
        {
            before -= _cells[cell];
            if (before <= 0)
            {
                return Longest(cell);
            }
        }

        return TimeSpan.Zero;
    }

    private static int CellOf(TimeSpan duration)
    {
        var nanoseconds = (ulong)Math.Max(0, duration.Ticks) * TimeSpan.NanosecondsPerTick;
        if (nanoseconds < WithinDoubling)
        {
            return (int)nanoseconds;
        }

        var doublings = BitOperations.Log2(nanoseconds);
        if (doublings > DoublingsMost)
        {
            return CellCount - 1;
        }

        var within = (int)(nanoseconds >> (doublings - BitsWithinDoubling)) & (WithinDoubling - 1);
        return ((doublings - BitsWithinDoubling + 1) * WithinDoubling) + within;
    }

    /// <summary>The longest duration that the cell holds, rounded down to ticks, of which durations are made.</summary>
    private static TimeSpan Longest(int cell)
    {
        if (cell < WithinDoubling)
        {
            return TimeSpan.FromTicks(cell / TimeSpan.NanosecondsPerTick);
        }

        var shift = (cell / WithinDoubling) - 1;
        var least = (long)(WithinDoubling + (cell % WithinDoubling)) << shift;
        return TimeSpan.FromTicks((least + (1L << shift) - 1) / TimeSpan.NanosecondsPerTick);
    }
}
