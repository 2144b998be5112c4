using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <param name="Unit">What is counted, see <see cref="Units"/>; null is requests.</param>
/// <param name="Budget">What one edge may spend of it in one outage; 0 or more.</param>
public readonly record struct DegradedPart(string? Unit, long Budget);

/// <summary>What one edge may spend of a client's limits in an outage without asking.</summary>
/// <param name="Parts">One for each unit that is limited.</param>
/// <param name="Slots">Calls at once, those that run already among them; null for any number.</param>
public sealed record DegradedShare(ImmutableArray<DegradedPart> Parts, long? Slots)
{
    /// <summary>
    /// Of each unit the least of its rates' budgets. A quota in a unit that no rate bounds leaves nothing: nobody could
    /// say by how much it would be passed.
    /// </summary>
    /// <param name="policy">The limits in force.</param>
    /// <param name="plan">What the plan allows.</param>
    /// <param name="liveEdges">Edges that share it; 1 or more.</param>
    public static DegradedShare Of(ClientPolicy policy, DegradedPlan plan, int liveEdges)
    {
        var rates = policy.Rates.Select(rate => (rate.Unit, Budget: plan.BudgetOf(rate.Bucket, liveEdges)));
        var unbounded = policy.Quotas
            .Where(quota => policy.Rates.All(rate => NameOf(rate.Unit) != NameOf(quota.Unit)))
            .Select(quota => (quota.Unit, Budget: 0L));
        return new DegradedShare(
            [.. from part in rates.Concat(unbounded)
                group part by NameOf(part.Unit) into parts
                select new DegradedPart(parts.First().Unit, parts.Min(part => part.Budget))],
            policy.Concurrency.IsEmpty
                ? null
                : policy.Concurrency.Min(limit => DegradedPlan.SlotsOf(limit.Amount, liveEdges)));
    }

    private static string NameOf(string? unit) => string.IsNullOrEmpty(unit) ? Units.Requests : unit;
}
