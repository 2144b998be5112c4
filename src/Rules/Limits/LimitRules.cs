using System.Collections.Immutable;

namespace Sluice.Rules.Limits;

/// <summary>What makes a set of limits valid, and which of them are in force for a client.</summary>
public static class LimitRules
{
    public const int CountMax = 64;
    public const long AmountMax = 1_000_000_000_000;
    public static readonly TimeSpan PeriodMin = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan PeriodMax = TimeSpan.FromDays(31);

    // Bucket arithmetic multiplies tokens by the period's ticks, and adds two such products at most.
    private const long CreditMax = 1L << 62;

    /// <summary>
    /// Every mistake in a set of limits, each a sentence that begins with the limit's place; empty when valid.
    /// </summary>
    public static IReadOnlyList<string> MistakesIn(IReadOnlyList<Limit> limits)
    {
        var mistakes = new List<string>();
        if (limits.Count > CountMax)
        {
            mistakes.Add($"limits: {limits.Count} are too many; {CountMax} is the most.");
        }

        var names = new HashSet<string>();
        for (var i = 0; i < limits.Count; i++)
        {
            var place = $"limits[{i}]";
            if (!Names.IsName(limits[i].Name))
            {
                mistakes.Add($"{place}.name: '{limits[i].Name}' is not {Names.Rule}.");
            }
            else if (!names.Add(limits[i].Name))
            {
                mistakes.Add($"{place}.name: '{limits[i].Name}' is used twice.");
            }

            AddMistakes(limits[i], place, mistakes);
        }

        return mistakes;
    }

    /// <summary>
    /// The plan's limits, each replaced by the client's own of the same name, then the client's others.
    /// </summary>
    public static ImmutableArray<Limit> InForce(IReadOnlyList<Limit> ofPlan, IReadOnlyList<Limit> ofClient)
    {
        var own = ofClient.ToDictionary(limit => limit.Name);
        var inForce = ImmutableArray.CreateBuilder<Limit>(ofPlan.Count + ofClient.Count);
        foreach (var limit in ofPlan)
        {
            inForce.Add(own.Remove(limit.Name, out var replacement) ? replacement : limit);
        }

        inForce.AddRange(ofClient.Where(limit => own.ContainsKey(limit.Name)));
        return inForce.ToImmutable();
    }

    private static void AddMistakes(Limit limit, string place, List<string> mistakes)
    {
        if (limit.Kind is not (LimitKind.Rate or LimitKind.Concurrency or LimitKind.Quota))
        {
            mistakes.Add($"{place}.kind: must be rate, concurrency or quota.");
        }

        if (limit.Amount is < 1 or > AmountMax)
        {
            mistakes.Add($"{place}.amount: {limit.Amount} is not between 1 and {AmountMax}.");
        }

        if (!string.IsNullOrEmpty(limit.Unit) && !Names.IsName(limit.Unit))
        {
            mistakes.Add($"{place}.unit: '{limit.Unit}' is not {Names.Rule}.");
        }
        else if (limit.Kind is LimitKind.Concurrency && Units.IsMetered(limit.Unit))
        {
            mistakes.Add($"{place}.unit: only requests are counted at once, not {limit.Unit}.");
        }

        limit.Scope?.AddMistakes(place, mistakes);
        if (!Enum.IsDefined(limit.Span) || (limit.Kind is not LimitKind.Quota && limit.Span is not QuotaSpan.Month))
        {
            mistakes.Add($"{place}.span: only a quota has one, and it is a second, minute, hour, day, week or month.");
        }

        if (limit.Kind is not LimitKind.Rate)
        {
            if (limit.Burst != 0 || limit.Period != TimeSpan.Zero)
            {
                mistakes.Add($"{place}: only a rate has a burst and a period.");
            }

            return;
        }

        if (limit.Burst is < 0 or > AmountMax)
        {
            mistakes.Add($"{place}.burst: {limit.Burst} is not between 1 and {AmountMax} (0 means the amount).");
        }

        if (limit.Period < PeriodMin || limit.Period > PeriodMax)
        {
            mistakes.Add($"{place}.period: {limit.Period} is not between 1 millisecond and 31 days.");
        }
        else if ((Int128)CapacityOf(limit) * limit.Period.Ticks >= CreditMax)
        {
            mistakes.Add($"{place}: the burst times the period is too large to count exactly; shorten the period.");
        }
    }

    internal static long CapacityOf(Limit limit) => limit.Burst == 0 ? limit.Amount : limit.Burst;
}
