using System.Collections.Immutable;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Plans;
using Sluice.Rules.Admission;

namespace Sluice.Grains.Clients;

/// <summary>Between the numbers of the rules and those of the wire.</summary>
internal static class ExplanationMapping
{
    public static LimitExplanation[] ToWire(this ImmutableArray<LimitNumbers> limits) => [.. limits.Select(ToWire)];

    public static LimitExplanation ToWire(this LimitNumbers limit) => new()
    {
        Name = limit.Name,
        Kind = limit.Kind.ToWire(),
        Unit = limit.Unit,
        Shadow = limit.IsShadow,
        Limit = limit.Limit,
        Used = limit.Used,
        Remaining = limit.Remaining,
        Cost = limit.Cost,
        Refuses = limit.Refuses,
        RetryAfter = limit.RetryAfter,
        Reset = limit.Reset,
    };

    /// <summary>Of the limits in force, the one with the smallest part left.</summary>
    public static string? BindingOf(ImmutableArray<LimitNumbers> limits) =>
        limits.Where(limit => !limit.IsShadow).MinBy(limit => limit.Remaining / (double)limit.Limit)?.Name;
}
