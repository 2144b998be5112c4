using Sluice.Edge.Calls;
using Sluice.Edge.Usage;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Limits;

namespace Sluice.Edge.Degraded;

/// <summary>Between calls and the wire on one side, and the rules of outages on the other.</summary>
internal static class DegradedMapping
{
    private const string Images = "images";
    private const string Pages = "pages";

    /// <summary>
    /// What the call costs at most. An answer whose length nobody bounds counts nothing before, and what it used after.
    /// </summary>
    public static Costs CostsOf(ModelCall call) =>
        new(call.Body.Input.Upper, call.Body.OutputCap, MediaOf(call));

    /// <summary>What the ended call used.</summary>
    public static Costs UsedBy(ModelCall call)
    {
        var used = SettledUse.Of(call);
        return used.Certainty is UsageCertainty.NothingUsed
            ? default
            : new Costs(used.Input, used.Output, MediaOf(call));
    }

    public static DegradedPlan PlanOf(DegradedTerms terms) =>
        new(terms.Open, DegradedPlan.Default.RateTime, terms.VerifiedWithin, terms.Grace);

    public static DegradedDebt DebtOf(DegradedUse total, DegradedUse taken) =>
        new() { Total = AmountsOf(total), Taken = taken.IsNothing ? [] : AmountsOf(taken) };

    private static DegradedAmount[] AmountsOf(DegradedUse use)
    {
        var costs = use.Costs;
        return
        [
            new DegradedAmount(null, use.Requests),
            .. costs.InputTokens > 0 ? [new DegradedAmount(Units.InputTokens, costs.InputTokens)] : Nothing,
            .. costs.OutputTokens > 0 ? [new DegradedAmount(Units.OutputTokens, costs.OutputTokens)] : Nothing,
            .. costs.Others.IsDefault
                ? Nothing
                : [.. costs.Others.Select(cost => new DegradedAmount(cost.Unit, cost.Amount))],
        ];
    }

    private static DegradedAmount[] Nothing => [];

    private static System.Collections.Immutable.ImmutableArray<Cost> MediaOf(ModelCall call) =>
        call.Body.Input is { Images: 0, Pages: 0 }
            ? default
            : [new Cost(Images, call.Body.Input.Images), new Cost(Pages, call.Body.Input.Pages)];
}
