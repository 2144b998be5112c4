using System.Collections.Frozen;
using System.Globalization;

namespace Sluice.Simulation.Judging;

/// <summary>What today's product does not keep, and is known not to keep.</summary>
internal enum Gap
{
    /// <summary>
    /// An edge stands still for longer than its slots are taken: nobody in it can end the calls that its pool goes on
    /// with.
    /// </summary>
    EdgeStoodStill,
}

/// <summary>How often and how far known gaps were met.</summary>
internal sealed class Gaps
{
    /// <summary>
    /// Those that are met today. Once the product keeps one, take it out here: from then on it is a broken promise, in
    /// every run and from the first call on.
    /// </summary>
    internal static readonly FrozenSet<Gap> Known = [Gap.EdgeStoodStill];

    private static readonly Dictionary<Gap, string> Words = new()
    {
        [Gap.EdgeStoodStill] = "C4, calls of an edge that stands still go on at the pool",
    };

    private readonly SortedDictionary<Gap, (long Runs, long Times, long Most)> _met = [];

    internal void Met(Gap gap, long excess)
    {
        var (_, times, most) = _met.GetValueOrDefault(gap);
        _met[gap] = (1, times + 1, Math.Max(most, excess));
    }

    internal void Add(Gaps other)
    {
        foreach (var (gap, met) in other._met)
        {
            var mine = _met.GetValueOrDefault(gap);
            _met[gap] = (mine.Runs + met.Runs, mine.Times + met.Times, Math.Max(mine.Most, met.Most));
        }
    }

    /// <summary>One line for each gap that was met.</summary>
    internal IEnumerable<string> Lines(long runs) => _met.Select(met => string.Create(
        CultureInfo.InvariantCulture,
        $"known gap {Words[met.Key]}: in {met.Value.Runs} of {runs} runs, {met.Value.Times} times, at most "
        + $"{met.Value.Most} too many"));
}

/// <summary>A promise that was broken.</summary>
/// <param name="Invariant">Its short name, as docs/simulation.md lists them.</param>
/// <param name="What">What was seen, in a sentence.</param>
internal sealed record Violation(string Invariant, string What);
