using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Sluice.Rules.Estimates;

/// <summary>
/// How long answers were, in ranges that grow with what they hold, eight to a doubling. What is read from it is never
/// below the truth, and above it by less than an eighth. Old answers fade: whenever <see cref="AnswersMax"/> are
/// counted, all counts are halved. Some 300 bytes, whatever it is told.
/// </summary>
/// <param name="Counts">Answers by range; empty or <c>default</c> when there were none.</param>
public readonly record struct OutputSketch(ImmutableArray<ushort> Counts)
{
    /// <summary>Answers counted before they fade, and so the most that one sketch weighs in a merge.</summary>
    public const int AnswersMax = 1_024;

    /// <summary>Longer answers are counted as this long: a million tokens.</summary>
    public const long TokensMax = 1 << 20;

    private const int BitsWithinDoubling = 3;
    private const int WithinDoubling = 1 << BitsWithinDoubling;
    private const int Ranges = (20 - BitsWithinDoubling + 1) * WithinDoubling + 1;

    /// <summary>Answers that count; 0 to <see cref="AnswersMax"/>.</summary>
    public int Answers
    {
        get
        {
            var answers = 0;
            foreach (var count in Known)
            {
                answers += count;
            }

            return answers;
        }
    }

    private ReadOnlySpan<ushort> Known => Counts.IsDefault ? [] : Counts.AsSpan();

    /// <summary>The sketch after another answer.</summary>
    /// <param name="tokens">Its tokens; below 0 counts as 0.</param>
    public OutputSketch Observe(long tokens)
    {
        var counts = Copy();
        counts[RangeOf(Math.Clamp(tokens, 0, TokensMax))]++;
        return new OutputSketch(Faded(counts));
    }

    /// <summary>
    /// Both together, as for a model from its clients: each weighs what it counts, so that one which sends a thousand
    /// times as much as another does not count a thousand times as much.
    /// </summary>
    public OutputSketch Merge(OutputSketch other)
    {
        var counts = Copy();
        for (var range = 0; range < other.Known.Length; range++)
        {
            counts[range] += other.Known[range];
        }

        return new OutputSketch(Faded(counts));
    }

    /// <summary>
    /// The length that 95 of 100 answers do not pass, by nearest rank; rounded up to the end of its range. 0 when there
    /// were none.
    /// </summary>
    public long P95
    {
        get
        {
            var left = (Answers * 95 + 99) / 100;
            for (var range = 0; range < Known.Length; range++)
            {
                left -= Known[range];
                if (left <= 0)
                {
                    return Known.Length == 0 ? 0 : LongestIn(range);
                }
            }

            return 0;
        }
    }

    private ushort[] Copy() => Counts.IsDefaultOrEmpty ? new ushort[Ranges] : [.. Counts];

    /// <summary>
    /// Halves how many answers are at least so long, for every length. Halving the ranges themselves would let shorter
    /// answers outlive longer ones, by where they happen to fall.
    /// </summary>
    private static ImmutableArray<ushort> Faded(ushort[] counts)
    {
        while (new OutputSketch(ImmutableCollectionsMarshal.AsImmutableArray(counts)).Answers > AnswersMax)
        {
            var (atLeast, halfAbove) = (0, 0);
            for (var range = Ranges - 1; range >= 0; range--)
            {
                atLeast += counts[range];
                var half = (atLeast + 1) / 2;
                (counts[range], halfAbove) = ((ushort)(half - halfAbove), half);
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(counts); // Nobody else has the array.
    }

    private static int RangeOf(long tokens)
    {
        if (tokens < WithinDoubling)
        {
            return (int)tokens;
        }

        var shift = BitOperations.Log2((ulong)tokens) - BitsWithinDoubling;
        return (shift + 1) * WithinDoubling + ((int)(tokens >> shift) & (WithinDoubling - 1));
    }

    private static long LongestIn(int range)
    {
        if (range < WithinDoubling)
        {
            return range;
        }

        var shift = (range / WithinDoubling) - 1;
        var least = (long)(WithinDoubling + (range % WithinDoubling)) << shift;
        return Math.Min(least + (1L << shift) - 1, TokensMax);
    }
}
