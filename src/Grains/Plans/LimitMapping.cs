using System.Collections.Immutable;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Limits;
using LimitKind = Sluice.Grains.Abstractions.Plans.LimitKind;
using RuleKind = Sluice.Rules.Limits.LimitKind;

namespace Sluice.Grains.Plans;

/// <summary>Between the wire's limits and the rules'.</summary>
internal static class LimitMapping
{
    public static ImmutableArray<Limit> ToRules(this IEnumerable<LimitDefinition> limits) =>
        [.. limits.Select(limit =>
            new Limit(
                limit.Name, limit.Kind.ToRule(), limit.Amount, limit.Burst, limit.Period, Shadow: limit.Shadow))];

    public static LimitKind ToWire(this RuleKind kind) => kind switch
    {
        RuleKind.Rate => LimitKind.Rate,
        RuleKind.Concurrency => LimitKind.Concurrency,
        RuleKind.Quota => LimitKind.Quota,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The wire has no such kind of limit."),
    };

    // A kind from a newer neighbour is none of ours: the rules then name it as a mistake.
    private static RuleKind ToRule(this LimitKind kind) => kind switch
    {
        LimitKind.Rate => RuleKind.Rate,
        LimitKind.Concurrency => RuleKind.Concurrency,
        LimitKind.Quota => RuleKind.Quota,
        _ => RuleKind.None,
    };
}
