using System.Collections.Immutable;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Limits;
using LimitKind = Sluice.Grains.Abstractions.Plans.LimitKind;
using RuleKind = Sluice.Rules.Limits.LimitKind;

namespace Sluice.Grains.Plans;

/// <summary>Between the wire's limits and the rules'.</summary>
/// <remarks>
/// What a newer neighbour says and we do not know is made into what the rules name as a mistake. It never becomes
/// another unit or period: that would be a limit that nobody has written.
/// </remarks>
internal static class LimitMapping
{
    public static ImmutableArray<Limit> ToRules(this IEnumerable<LimitDefinition> limits) =>
    [
        .. limits.Select(limit => new Limit(
            limit.Name,
            limit.Kind.ToRule(),
            limit.Amount,
            limit.Burst,
            limit.Period,
            UnitToRule(limit.Unit, limit.UnitName),
            limit.Calendar.ToRule(),
            limit.Shadow,
            limit.Scope?.ToRule())),
    ];

    public static LimitKind ToWire(this RuleKind kind) => kind switch
    {
        RuleKind.Rate => LimitKind.Rate,
        RuleKind.Concurrency => LimitKind.Concurrency,
        RuleKind.Quota => LimitKind.Quota,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The wire has no such kind of limit."),
    };

    /// <summary>A unit of the rules on the wire; its name only where it has no value of its own.</summary>
    public static (LimitUnit Unit, string? Name) UnitToWire(string? unit) => unit switch
    {
        null or "" or Units.Requests => (LimitUnit.Requests, null),
        Units.InputTokens => (LimitUnit.InputTokens, null),
        Units.OutputTokens => (LimitUnit.OutputTokens, null),
        Units.TotalTokens => (LimitUnit.TotalTokens, null),
        _ => (LimitUnit.Other, unit),
    };

    /// <summary>A quota's span on the wire.</summary>
    public static CalendarPeriod ToWire(this QuotaSpan span) => span switch
    {
        QuotaSpan.Month => CalendarPeriod.Month,
        QuotaSpan.Week => CalendarPeriod.Week,
        QuotaSpan.Day => CalendarPeriod.Day,
        QuotaSpan.Hour => CalendarPeriod.Hour,
        QuotaSpan.Minute => CalendarPeriod.Minute,
        QuotaSpan.Second => CalendarPeriod.Second,
        _ => throw new ArgumentOutOfRangeException(nameof(span), span, "The wire has no such period."),
    };

    /// <summary>
    /// A period in the rules; the month where none is said, and none of theirs when it is not known here.
    /// </summary>
    public static QuotaSpan ToRule(this CalendarPeriod period) => period switch
    {
        CalendarPeriod.None or CalendarPeriod.Month => QuotaSpan.Month,
        CalendarPeriod.Week => QuotaSpan.Week,
        CalendarPeriod.Day => QuotaSpan.Day,
        CalendarPeriod.Hour => QuotaSpan.Hour,
        CalendarPeriod.Minute => QuotaSpan.Minute,
        CalendarPeriod.Second => QuotaSpan.Second,
        _ => (QuotaSpan)(-1),
    };

    // A name with a blank is none, so that the rules tell of it, and of what stands in it.
    private static string? UnitToRule(LimitUnit unit, string? name) => (unit, name ?? "") switch
    {
        (LimitUnit.Requests, "") => null,
        (LimitUnit.InputTokens, "") => Units.InputTokens,
        (LimitUnit.OutputTokens, "") => Units.OutputTokens,
        (LimitUnit.TotalTokens, "") => Units.TotalTokens,
        (LimitUnit.Other, var other) when UnitToWire(other).Unit is LimitUnit.Other => other,
        (_, var other) => $"{unit} {other}",
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
