using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Admission;
using Sluice.Rules.Estimates;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>What calls reserve, for every set of limits, every size and whatever was learned.</summary>
public sealed class MeteringProperties
{
    private static readonly string?[] AllUnits =
    [
        null, Units.InputTokens, Units.OutputTokens, Units.TotalTokens, Units.Images, Units.Pages, "audio",
    ];

    private static readonly Gen<long> Amounts = Gen.Frequency(
        (4, Draw.Mostly(0, 20, 5_000).Select(amount => (long)amount)), (1, Gen.Elements(-1L, long.MaxValue)));

    private static readonly Gen<Case> Cases =
        from limits in (from unit in Gen.Elements(AllUnits)
                        from isRate in Gen.Elements(true, false)
                        from amount in Draw.Mostly(1, 50, 20_000)
                        select (unit, isRate, amount)).ArrayOf(4)
        from input in Amounts
        from cap in Amounts
        from images in Amounts
        from pages in Amounts
        from answers in Draw.Mostly(0, 40, 9_000).ArrayOf(30)
        from isFull in Gen.Elements(true, false)
        select new Case(
            [.. limits.Select((limit, i) => new Limit(
                $"l{i}", limit.isRate ? LimitKind.Rate : LimitKind.Quota, limit.amount, 0,
                limit.isRate ? TimeSpan.FromSeconds(10) : TimeSpan.Zero, limit.unit))],
            new CallSize(input, cap, images, pages), answers, isFull);

    /// <param name="Limits">Rates and quotas.</param>
    /// <param name="Size">The call.</param>
    /// <param name="Answers">Tokens of the answers before.</param>
    /// <param name="IsFull">Whether the plan promises whole caps.</param>
    private readonly record struct Case(ImmutableArray<Limit> Limits, CallSize Size, int[] Answers, bool IsFull);

    [Fact]
    public void What_is_said_of_a_counted_unit_is_reserved_and_nothing_else_is() => Law.Holds(Cases, drawn =>
    {
        var costs = CostsOf(drawn);
        var units = drawn.Limits.Select(limit => limit.Unit).ToHashSet();
        Assert.True(costs.IsPossible);
        Assert.Equal(units.Contains(Units.Images) ? Bounded(drawn.Size.Images) : 0, costs.Of(Units.Images));
        Assert.Equal(units.Contains(Units.Pages) ? Bounded(drawn.Size.Pages) : 0, costs.Of(Units.Pages));
        Assert.Equal(units.Any(Units.IsTokens) ? Bounded(drawn.Size.InputUpper) : 0, costs.InputTokens);
        Assert.Equal(
            units.Contains(Units.OutputTokens) || units.Contains(Units.TotalTokens), costs.OutputTokens > 0);
        if (!units.Any(Units.IsMetered))
        {
            Assert.Equal(default, costs);
        }
    });

    [Fact]
    public void No_reservation_passes_a_cap_and_a_plan_that_promises_it_reserves_it_whole() => Law.Holds(Cases, drawn =>
    {
        var output = CostsOf(drawn).OutputTokens;
        var cap = Bounded(drawn.Size.OutputCap);
        Assert.True(cap == 0 || output <= cap);
        Assert.True(!drawn.IsFull || cap == 0 || output == 0 || output == cap);
    });

    /// <summary>"Never stuck": only what a client said itself is ever too large.</summary>
    [Fact]
    public void A_guess_never_keeps_a_call_out_that_would_fit_with_an_answer_of_one_token() => Law.Holds(Cases, drawn =>
    {
        var costs = CostsOf(drawn);
        var fits = drawn.Limits.All(limit => costs.Of(limit.Unit) <= limit.Amount);
        var least = costs with { OutputTokens = Math.Min(1, costs.OutputTokens) };
        var couldFit = drawn.Limits.All(limit => least.Of(limit.Unit) <= limit.Amount);
        Assert.True(fits || !couldFit || costs.OutputTokens == Bounded(drawn.Size.OutputCap));
    });

    private static Costs CostsOf(Case drawn)
    {
        var answers = new AnswerLengths(OutputRule.Default);
        foreach (var tokens in drawn.Answers)
        {
            answers.Learn("m", tokens);
        }

        var policy = ClientPolicy.Nobody.WithLimits(drawn.Limits);
        return Metering.Of(policy).CostsOf(drawn.Size, answers, "m", drawn.IsFull);
    }

    private static long Bounded(long amount) => Math.Clamp(amount, 0, LimitRules.AmountMax);
}
