using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>What calls cost in money is exact, however large the numbers are.</summary>
public sealed class PriceProperties
{
    private static readonly Gen<long> Amounts = Gen.OneOf(
        Gen.Choose(0, 3).Select(small => (long)small),
        Gen.Choose(0, 1_000_000).Select(middle => (long)middle),
        from high in Gen.Choose(0, 1_000_000)
        from low in Gen.Choose(0, 1_000_000)
        select Math.Min(((long)high * 1_000_000) + low, Price.Most));

    private static readonly Gen<(Price Price, Costs Costs)> Calls =
        from amounts in Amounts.ArrayOf(5)
        from counted in Amounts.ArrayOf(2)
        from media in Gen.Choose(0, 1_000).ArrayOf(2)
        select (
            new Price(amounts[0], amounts[1], amounts[2], amounts[3], amounts[4]),
            new Costs(
                counted[0], counted[1], [new Cost(Units.Images, media[0]), new Cost(Units.Pages, media[1])]));

    /// <summary>Guards bills: a millionth at most is added, once a call, and no number is too large.</summary>
    [Fact]
    public void A_call_costs_its_exact_price_rounded_up_once() => Law.Holds(Calls, drawn =>
    {
        var (price, costs) = drawn;
        var exact = (1_000_000 * (price.Request
            + ((BigInteger)price.Image * costs.Of(Units.Images)) + ((BigInteger)price.Page * costs.Of(Units.Pages))))
            + ((BigInteger)price.Input * costs.InputTokens) + ((BigInteger)price.Output * costs.OutputTokens);
        var up = BigInteger.Min((exact + 999_999) / 1_000_000, LimitRules.AmountMax);

        Assert.Equal(up, price.Of(costs));
        Assert.Equal(price.Of(costs), (costs with { Price = price }).Of(Units.Cost));
    });

    [Fact]
    public void The_output_that_fits_an_amount_is_the_most_that_does() => Law.Holds(
        from call in Calls
        from most in Amounts.Where(amount => amount < LimitRules.AmountMax)
        select (call, most),
        drawn =>
        {
            var ((price, costs), most) = drawn;
            var output = price.OutputWithin(most, costs);
            Assert.InRange(output, 1, LimitRules.AmountMax);

            if (price.Output == 0)
            {
                Assert.Equal(LimitRules.AmountMax, output); // However much it answers, that costs nothing.
                return;
            }

            // Half a millionth of the input may be rounded up, and then one of the output fewer.
            if (output > 1)
            {
                Assert.True(price.Of(costs with { OutputTokens = output }) <= most);
            }

            if (output < LimitRules.AmountMax)
            {
                var spare = 1 + (1_000_000 / Math.Max(1, price.Output));
                Assert.True(price.Of(costs with { OutputTokens = output + spare }) > most - 1);
            }
        });

    [Fact]
    public void More_never_costs_less() => Law.Holds(
        from call in Calls from more in Amounts.ArrayOf(2) select (call, more),
        drawn =>
        {
            var ((price, costs), more) = drawn;
            var larger = costs with
            {
                InputTokens = costs.InputTokens + more[0], OutputTokens = costs.OutputTokens + more[1],
            };
            Assert.True(price.Of(larger) >= price.Of(costs));
        });
}
