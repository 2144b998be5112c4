using Sluice.Grains.Abstractions.Plans;

namespace Sluice.Silo.Configuration;

/// <summary>Prices as a file has them: whole millionths of the plan's currency.</summary>
internal static class PriceText
{
    /// <summary>The prices of a plan; what the rules check is left to them.</summary>
    public static PriceDefinition[] Read(YamlObject plan)
    {
        var prices = new List<PriceDefinition>();
        foreach (var price in plan.Objects("prices"))
        {
            prices.Add(new PriceDefinition
            {
                Models = price.Needed("models"),
                Input = price.Number("input") ?? 0,
                Output = price.Number("output") ?? 0,
                Request = price.Number("request") ?? 0,
                Image = price.Number("image") ?? 0,
                Page = price.Number("page") ?? 0,
            });
            price.NothingElse();
        }

        return [.. prices];
    }
}
