using System.Collections.Frozen;
using System.Globalization;

namespace Sluice.Simulation.Judging;

/// <summary>What today's product does not keep, and is known not to keep.</summary>
internal enum Gap
{
    /// <summary>After a crash a rate begins with a full burst.</summary>
    RateAfterCrash,

    /// <summary>After a crash all slots begin free.</summary>
    SlotsAfterCrash,

    /// <summary>An edge that could not renew its slots in time lets its calls go on.</summary>
    SlotsUnrenewed,

    /// <summary>The time of a slot that was handed over stands still until its client calls again.</summary>
    SlotsStandStill,
}

/// <summary>How often and how far known gaps were met.</summary>
internal sealed class Gaps
{
    /// <summary>
    /// Those that are met today. Once the product keeps one, take it out here: from then on it is a broken promise, in
    /// every run and from the first call on.
    /// </summary>
    internal static readonly FrozenSet<Gap> Known =
        [Gap.RateAfterCrash, Gap.SlotsAfterCrash, Gap.SlotsUnrenewed, Gap.SlotsStandStill];

    private static readonly Dictionary<Gap, string> Words = new()
    {
        [Gap.RateAfterCrash] = "R1, a rate begins with a full burst after a crash",
        [Gap.SlotsAfterCrash] = "C5, slots begin free after a crash",
        [Gap.SlotsUnrenewed] = "C4, calls whose slots lapsed go on",
        [Gap.SlotsStandStill] = "C2, slots of dead calls wait for their client to call, once they were handed over",
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
