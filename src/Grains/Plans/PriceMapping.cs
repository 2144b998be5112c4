using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Plans;

/// <summary>Between the wire's prices and the rules'.</summary>
internal static class PriceMapping
{
    /// <summary>What a neighbour of another version leaves out is null.</summary>
    public static IReadOnlyList<ModelPrice> ToRules(this PriceDefinition[]? prices) =>
    [
        .. (prices ?? []).Select(price => new ModelPrice(
            price.Models ?? "", new Price(price.Input, price.Output, price.Request, price.Image, price.Page))),
    ];
}
