using System.Collections.Immutable;

namespace Sluice.Rules.Limits;

/// <summary>What calls cost together in every unit; <c>default</c> is nothing.</summary>
/// <param name="Requests">How many calls; 0 or more.</param>
/// <param name="Costs">What they cost in the other units; its requests are not looked at.</param>
public readonly record struct DegradedUse(long Requests, Costs Costs)
{
    /// <summary>Sums end here, so that no sum of them overflows.</summary>
    public const long Most = 1L << 60;

    public bool IsNothing => Requests == 0 && Costs.InputTokens == 0 && Costs.OutputTokens == 0
        && (Costs.Others.IsDefault || Costs.Others.All(cost => cost.Amount == 0));

    /// <summary>The amount in one unit, see <see cref="Units"/>; 0 when nothing is said of it.</summary>
    public long Of(string? unit) => Units.IsMetered(unit) ? Costs.Of(unit) : Requests;

    /// <summary>Both together.</summary>
    public DegradedUse Plus(DegradedUse other) => With(other, (a, b) => Math.Min(a + b, Most));

    /// <summary>In every unit the larger of both.</summary>
    public DegradedUse OrMore(DegradedUse other) => With(other, Math.Max);

    /// <summary>What this is more than the other, in every unit; nothing where it is not.</summary>
    public DegradedUse Beyond(DegradedUse other) => With(other, (a, b) => Math.Max(0, a - b));

    /// <summary>Each amount from 0 to <see cref="Most"/>, whoever told it.</summary>
    public DegradedUse Bounded() => With(default, (a, _) => Math.Clamp(a, 0, Most));

    private DegradedUse With(DegradedUse other, Func<long, long, long> joined)
    {
        var (left, right) = (Costs, other.Costs);
        var units = Named(left).Concat(Named(right)).Select(cost => cost.Unit).Distinct().ToList();
        return new DegradedUse(
            joined(Requests, other.Requests),
            new Costs(
                joined(left.InputTokens, right.InputTokens),
                joined(left.OutputTokens, right.OutputTokens),
                units.Count == 0
                    ? default
                    : [.. units.Select(unit => new Cost(unit, joined(left.Of(unit), right.Of(unit))))]));
    }

    private static ImmutableArray<Cost> Named(Costs costs) => costs.Others.IsDefault ? [] : costs.Others;
}
