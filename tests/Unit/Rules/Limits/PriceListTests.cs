using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class PriceListTests
{
    private static readonly Limit Budget = new("budget", LimitKind.Quota, 500, 0, TimeSpan.Zero, Units.Cost);

    [Fact]
    public void A_call_is_charged_as_price_lists_say()
    {
        // 0.27 and 1.10 for a million tokens, 0.001 for an image.
        var price = new Price(Input: 270_000, Output: 1_100_000, Image: 1_000);

        Assert.Equal(
            270 + 550 + 2_000, price.Of(new Costs(1_000, 500, [new Cost(Units.Images, 2)])));
        Assert.Equal(1, price.Of(new Costs(1, 0))); // Rounded up to a millionth, never down to nothing.
        Assert.Equal(0, price.Of(default));
        Assert.Equal(5, new Price(0, 0, Request: 5).Of(default));
    }

    [Fact]
    public void A_price_that_nobody_knows_is_more_than_any_limit_has() =>
        Assert.Equal(LimitRules.AmountMax, Price.Unknown.Of(default));

    [Fact]
    public void The_closest_entry_counts_wherever_it_stands()
    {
        var prices = PriceList.Of(
        [
            new ModelPrice("*", new Price(1, 0)), new ModelPrice("deepseek-*", new Price(2, 0)),
            new ModelPrice("deepseek-r*", new Price(3, 0)), new ModelPrice("deepseek-r1", new Price(4, 0)),
        ])!;

        List<(string Model, long Input)> expected =
            [("qwen", 1), ("deepseek-v3", 2), ("deepseek-r2", 3), ("deepseek-r1", 4)];
        Assert.All(expected, one => Assert.Equal(one.Input, prices.Of(one.Model)!.Input));
        Assert.Null(PriceList.Of([new ModelPrice("a", new Price(1, 1))])!.Of("b"));
        Assert.Null(PriceList.Of([]));
    }

    [Fact]
    public void Every_mistake_is_named_with_its_place()
    {
        ModelPrice[] prices =
        [
            new("a*b", new Price(-1, 0)), new("m", new Price(0, 0, Price.Most + 1, -1, -1)), new("m", new Price(0, 0)),
        ];

        Assert.Equal(
        [
            "prices[0].models: 'a*b' is not a model's name or a beginning followed by '*'.",
            "prices[0].input: -1 is not between 0 and 1000000000000, in millionths.",
            "prices[1].request: 1000000000001 is not between 0 and 1000000000000, in millionths.",
            "prices[1].image: -1 is not between 0 and 1000000000000, in millionths.",
            "prices[1].page: -1 is not between 0 and 1000000000000, in millionths.",
            "prices[2].models: 'm' has a price already.",
            "prices: a limit counts money, so every model needs a price: add one for '*'.",
        ], PriceList.MistakesIn(prices, [Budget]));
        Assert.Empty(PriceList.MistakesIn([new ModelPrice("*", new Price(0, 0))], [Budget]));
        Assert.Empty(PriceList.MistakesIn([], []));
        Assert.Single(PriceList.MistakesIn(
            [.. Enumerable.Range(0, 257).Select(i => new ModelPrice($"m{i}", new Price(0, 0)))], []));
    }
}
