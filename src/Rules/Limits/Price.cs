namespace Sluice.Rules.Limits;

/// <summary>
/// What one call costs in money. All amounts are millionths of the plan's currency; those of tokens are for a million
/// of them, as price lists have it.
/// </summary>
/// <param name="Input">For a million tokens of input; 0 or more, at most <see cref="Most"/>.</param>
/// <param name="Output">For a million tokens of output; 0 or more, at most <see cref="Most"/>.</param>
/// <param name="Request">For the call itself; 0 or more, at most <see cref="Most"/>.</param>
/// <param name="Image">For each image; 0 or more, at most <see cref="Most"/>.</param>
/// <param name="Page">For each page; 0 or more, at most <see cref="Most"/>.</param>
public sealed record Price(long Input, long Output, long Request = 0, long Image = 0, long Page = 0)
{
    /// <summary>A million of the currency, for one of what is counted or a million tokens.</summary>
    public const long Most = 1_000_000_000_000;

    private const int Million = 1_000_000;

    /// <summary>
    /// Of a call of which nobody knows the price: more than any limit in money has, so that it is refused by one.
    /// </summary>
    public static readonly Price Unknown = new(0, 0, LimitRules.AmountMax);

    /// <summary>
    /// The whole call, rounded up to a millionth once; at most <see cref="LimitRules.AmountMax"/>. A call that used
    /// nothing of a pool costs nothing.
    /// </summary>
    public long Of(in Costs costs) => Rounded(
        Million * (Request + ((Int128)Image * costs.Of(Units.Images)) + ((Int128)Page * costs.Of(Units.Pages)))
        + ((Int128)Input * costs.InputTokens) + ((Int128)Output * costs.OutputTokens));

    /// <summary>The most tokens of output with which a call costs no more than this; at least 1.</summary>
    /// <param name="most">In millionths of the currency.</param>
    /// <param name="costs">The call; its output is not looked at.</param>
    public long OutputWithin(long most, in Costs costs)
    {
        if (Output == 0)
        {
            return LimitRules.AmountMax;
        }

        var left = most - Of(costs with { OutputTokens = 0 }); // Rounded up: never more than there is.
        return left <= 0 ? 1 : (long)Int128.Clamp((Int128)left * Million / Output, 1, LimitRules.AmountMax);
    }

    private static long Rounded(Int128 millionthsOfMillionths) => (long)Int128.Min(
        (millionthsOfMillionths + Million - 1) / Million, LimitRules.AmountMax);
}

/// <summary>The price of calls to some models.</summary>
/// <param name="Models">A model's name, a beginning followed by '*', or '*' for all.</param>
/// <param name="Price">What they cost.</param>
public readonly record struct ModelPrice(string Models, Price Price);
