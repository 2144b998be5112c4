using System.Collections.Immutable;
using Sluice.Rules.Estimates;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>What a request says of itself before it is let through. What is below 0 counts as 0.</summary>
/// <param name="InputUpper">Tokens that the model will read at most; 0 when it is not known.</param>
/// <param name="OutputCap">Tokens of all answers together at most; 0 when it is not known.</param>
/// <param name="Images">Images in it.</param>
/// <param name="Pages">Pages in it at most.</param>
public readonly record struct CallSize(long InputUpper, long OutputCap, long Images, long Pages);

/// <summary>
/// What of a call a policy counts, and so what it reserves of it. Nothing is made for what no limit counts: a policy
/// with limits in requests alone costs no more than that.
/// </summary>
public sealed record Metering
{
    /// <summary>Policies that count requests alone.</summary>
    public static readonly Metering RequestsOnly = new();

    /// <summary>True: a limit counts tokens of some kind.</summary>
    public bool CountsTokens { get; private init; }

    /// <summary>True: a limit counts tokens of output, alone or with those of input.</summary>
    public bool CountsOutput { get; private init; }

    /// <summary>True: a limit counts images.</summary>
    public bool CountsImages { get; private init; }

    /// <summary>True: a limit counts pages.</summary>
    public bool CountsPages { get; private init; }

    /// <summary>True: a limit counts money.</summary>
    public bool CountsCost { get; private init; }

    // The least that any limit ever has: a call that needs more of it never passes.
    private long OutputMost { get; init; } = LimitRules.AmountMax;

    private long TotalMost { get; init; } = LimitRules.AmountMax;

    private long CostMost { get; init; } = LimitRules.AmountMax;

    /// <summary>Reads what the limits of a policy count.</summary>
    /// <param name="policy">The policy.</param>
    public static Metering Of(ClientPolicy policy) => RequestsOnly.With(policy);

    /// <summary>The same, and what the limits of another policy count: a tenant's beside its client's.</summary>
    public Metering With(ClientPolicy policy)
    {
        var metering = this;
        foreach (var (_, bucket, unit) in policy.Rates)
        {
            metering = metering.With(unit, bucket.Capacity);
        }

        foreach (var quota in policy.Quotas)
        {
            metering = metering.With(quota.Unit, quota.Amount);
        }

        foreach (var shadow in policy.Shadows)
        {
            metering = metering.With(shadow.Limit.Unit, LimitRules.AmountMax); // On trial: it makes no call too large.
        }

        return metering;
    }

    /// <summary>What a call reserves.</summary>
    /// <param name="size">What its request says.</param>
    /// <param name="answers">What is known of the client's answers; asked only where output is counted.</param>
    /// <param name="model">The model that it asks for.</param>
    /// <param name="reserveFullCap">True: its whole cap is reserved, whatever its answers were before.</param>
    /// <param name="prices">The plan's; null when it has none.</param>
    public Costs CostsOf(
        CallSize size, AnswerLengths answers, string model, bool reserveFullCap, PriceList? prices = null)
    {
        var input = CountsTokens ? Bounded(size.InputUpper) : 0;
        var output = CountsOutput ? OutputOf(input, Bounded(size.OutputCap), answers, model, reserveFullCap) : 0;
        var costs = new Costs(input, output, OthersOf(size));
        if (!CountsCost)
        {
            return costs;
        }

        // As for tokens: what is only guessed never costs too much for ever, and what a cap says may.
        costs = costs with { Price = prices?.Of(model) ?? Price.Unknown };
        return output == Bounded(size.OutputCap)
            ? costs
            : costs with { OutputTokens = Math.Min(output, costs.Price.OutputWithin(CostMost, costs)) };
    }

    /// <summary>
    /// What is only guessed never makes a call too large for ever: the guess would then never be mended by an answer.
    /// What a cap says does, because the client can ask for less.
    /// </summary>
    private long OutputOf(long input, long cap, AnswerLengths answers, string model, bool reserveFullCap)
    {
        var estimate = reserveFullCap && cap > 0 ? cap : answers.Estimate(model, cap);
        return estimate == cap ? cap : Math.Min(estimate, Math.Max(1, Math.Min(OutputMost, TotalMost - input)));
    }

    private ImmutableArray<Cost> OthersOf(CallSize size)
    {
        var images = CountsImages ? Bounded(size.Images) : 0;
        var pages = CountsPages ? Bounded(size.Pages) : 0;
        return (images, pages) switch
        {
            (0, 0) => default,
            (_, 0) => [new Cost(Units.Images, images)],
            (0, _) => [new Cost(Units.Pages, pages)],
            _ => [new Cost(Units.Images, images), new Cost(Units.Pages, pages)],
        };
    }

    private Metering With(string? unit, long most) => unit switch
    {
        Units.InputTokens => this with { CountsTokens = true },
        Units.OutputTokens => this with
        {
            CountsTokens = true, CountsOutput = true, OutputMost = Math.Min(OutputMost, most),
        },
        Units.TotalTokens => this with
        {
            CountsTokens = true, CountsOutput = true, TotalMost = Math.Min(TotalMost, most),
        },
        Units.Images => this with { CountsImages = true },
        Units.Pages => this with { CountsPages = true },
        Units.Cost => this with
        {
            CountsTokens = true, CountsOutput = true, CountsImages = true, CountsPages = true, CountsCost = true,
            CostMost = Math.Min(CostMost, most),
        },
        _ => this,
    };

    private static long Bounded(long amount) => Math.Clamp(amount, 0, LimitRules.AmountMax);
}
