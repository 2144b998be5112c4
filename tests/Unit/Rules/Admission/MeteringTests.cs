using Sluice.Rules.Admission;
using Sluice.Rules.Estimates;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

/// <summary>Guards what a call reserves: no more than what some limit counts, and never what makes it stuck.</summary>
public sealed class MeteringTests
{
    private static readonly CallSize Size = new(InputUpper: 100, OutputCap: 500, Images: 3, Pages: 7);

    private readonly AnswerLengths _answers = new(OutputRule.Default);

    [Fact]
    public void A_policy_that_counts_requests_alone_reserves_nothing_else()
    {
        var metering = Metering.Of(Policy(TwoPerSecond, TwoAtOnce, TenPerMonth));

        Assert.Same(Metering.RequestsOnly, metering);
        Assert.Equal(default, CostsOf(Size, metering));
    }

    /// <summary>Guards the hot path: neither what is not counted nor tokens make any garbage.</summary>
    [Fact]
    public void Nothing_is_allocated_for_requests_and_tokens()
    {
        Teach(100);
        foreach (var metering in new[] { Metering.RequestsOnly, Metering.Of(Policy(Rate(Units.TotalTokens))) })
        {
            CostsOf(Size, metering);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                CostsOf(Size, metering);
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Theory]
    [InlineData(Units.TotalTokens, 100, 500)]
    [InlineData(Units.OutputTokens, 100, 500)]
    [InlineData(Units.InputTokens, 100, 0)]
    [InlineData("audio", 0, 0)]
    public void What_a_rate_or_a_quota_counts_is_reserved(string unit, long input, long output)
    {
        Assert.Equal(new Costs(input, output), CostsOf(Size, Metering.Of(Policy(Rate(unit)))));
        Assert.Equal(new Costs(input, output), CostsOf(Size, Metering.Of(Policy(Quota(unit)))));
    }

    [Fact]
    public void Images_and_pages_are_reserved_where_they_are_counted_and_there_are_some()
    {
        Assert.Equal([new("images", 3)], CostsOf(Size, Metering.Of(Policy(Rate("images")))).Others);
        Assert.Equal([new("pages", 7)], CostsOf(Size, Metering.Of(Policy(Quota("pages")))).Others);
        var both = Metering.Of(Policy(Rate("images"), Quota("pages")));
        Assert.Equal([new("images", 3), new("pages", 7)], CostsOf(Size, both).Others);
        Assert.True(CostsOf(Size with { Images = 0, Pages = 0 }, both).Others.IsDefault);
    }

    [Fact]
    public void What_is_learned_is_reserved_in_place_of_the_cap_unless_the_plan_promises_the_whole()
    {
        var metering = Metering.Of(Policy(Rate(Units.TotalTokens, 100_000)));
        Assert.Equal(500, CostsOf(Size, metering).OutputTokens);
        Teach(100);

        Assert.InRange(CostsOf(Size, metering).OutputTokens, 120, 135);
        Assert.Equal(500, CostsOf(Size, metering, reserveFullCap: true).OutputTokens);
        Assert.InRange(CostsOf(Size with { OutputCap = 0 }, metering, reserveFullCap: true).OutputTokens, 120, 135);
    }

    /// <summary>Guards "never stuck": who is never let in never teaches a better guess.</summary>
    [Theory]
    [InlineData(Units.TotalTokens, 900)]
    [InlineData(Units.OutputTokens, 1_000)]
    public void A_guess_is_never_more_than_a_limit_holds(string unit, long reserved)
    {
        var unknown = Size with { OutputCap = 0 };
        Assert.Equal(reserved, CostsOf(unknown, Metering.Of(Policy(Rate(unit, 1_000)))).OutputTokens);
        Assert.Equal(reserved, CostsOf(unknown, Metering.Of(Policy(Quota(unit, 1_000)))).OutputTokens);
        Teach(10_000);

        var learned = Size with { OutputCap = 20_000 };
        Assert.Equal(reserved, CostsOf(learned, Metering.Of(Policy(Rate(unit, 1_000)))).OutputTokens);
    }

    [Fact]
    public void A_cap_that_no_limit_holds_is_reserved_all_the_same_because_the_client_can_ask_for_less() =>
        Assert.Equal(
            5_000, CostsOf(Size with { OutputCap = 5_000 }, Metering.Of(Policy(Rate(Units.TotalTokens, 1_000))))
                .OutputTokens);

    [Fact]
    public void Input_that_no_limit_holds_is_too_large_with_any_guess()
    {
        var policy = Policy(Rate(Units.TotalTokens, 1_000));

        var costs = CostsOf(new CallSize(1_000, 0, 0, 0), Metering.Of(policy));

        var (_, decision) = Decide(Idle(policy), Ask(1) with { Costs = costs }, policy, At(0));
        Assert.Equal(Verdict.TooLarge, decision.Verdict);
    }

    [Fact]
    public void Numbers_that_cannot_be_are_bounded()
    {
        var metering = Metering.Of(Policy(Rate(Units.TotalTokens), Rate("images") with { Name = "i" }));

        Assert.Equal(
            new Costs(0, LimitRules.AmountMax), CostsOf(new CallSize(-5, long.MaxValue, -1, 0), metering));
        Assert.Equal(LimitRules.AmountMax, CostsOf(Size with { InputUpper = long.MaxValue }, metering).InputTokens);
    }

    [Theory]
    [InlineData("monthly", QuotaSpan.Month)]
    [InlineData("daily/total-tokens/Day", QuotaSpan.Day)]
    [InlineData("q/requests/Second", QuotaSpan.Second)]
    [InlineData("q/requests/Fortnight", null)]
    [InlineData("q/requests/", null)]
    [InlineData("q/requests/2", null)]
    public void What_a_count_is_kept_under_tells_its_span(string key, QuotaSpan? span) =>
        Assert.Equal(span, CountLimit.SpanOf(key));

    [Theory]
    [InlineData(QuotaSpan.Month), InlineData(QuotaSpan.Day), InlineData(QuotaSpan.Second), InlineData(QuotaSpan.Week)]
    public void Every_key_tells_the_span_of_its_quota(QuotaSpan span)
    {
        var quota = Policy(Quota("pages") with { Span = span }, TenPerMonth with { Span = span }).Quotas;

        Assert.All(quota, limit => Assert.Equal(span, CountLimit.SpanOf(limit.Key)));
    }

    private static Limit Rate(string unit, long amount = 10_000) =>
        new("rate", LimitKind.Rate, amount, 0, TimeSpan.FromMinutes(1), unit);

    private static Limit Quota(string unit, long amount = 10_000) =>
        new("quota", LimitKind.Quota, amount, 0, TimeSpan.Zero, unit);

    private void Teach(long tokens)
    {
        for (var i = 0; i < 20; i++)
        {
            _answers.Learn("m", tokens);
        }
    }

    private Costs CostsOf(CallSize size, Metering metering, bool reserveFullCap = false) =>
        metering.CostsOf(size, _answers, "m", reserveFullCap);
}
