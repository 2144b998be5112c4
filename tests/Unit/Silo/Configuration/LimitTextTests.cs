using Sluice.Grains.Abstractions.Plans;
using Sluice.Silo.Configuration;
using Xunit;

namespace Sluice.Unit.Silo.Configuration;

public sealed class LimitTextTests
{
    private readonly List<string> _mistakes = [];

    [Fact]
    public void A_rate_has_a_period_and_may_have_a_burst()
    {
        Assert.Equal(
            new LimitDefinition
            {
                Name = "rpm", Kind = LimitKind.Rate, Amount = 60, Burst = 10, Period = TimeSpan.FromMinutes(1),
            },
            Parse("rpm", "rate", 60, 10, "1m", null));
        Assert.Equal(0, Parse("rpm", "rate", 60, null, "1m", null)!.Burst);
        Assert.Empty(_mistakes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("month")]
    public void A_quota_is_of_the_calendar_month_said_or_not(string? calendar) => Assert.Equal(
        new LimitDefinition
        {
            Name = "monthly", Kind = LimitKind.Quota, Amount = 5, Calendar = CalendarPeriod.Month,
        },
        Parse("monthly", "quota", 5, null, null, calendar));

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        Assert.Null(Parse("", "Rate", null, null, "soon", "month"));

        Assert.Equal(
            [
                "name: is missing.",
                "amount: is missing.",
                "kind: 'Rate' is not rate, concurrency or quota.",
                "period: 'soon' is not a whole number followed by ms, s, m, h or d, such as 1m.",
                "calendar: only a quota has one.",
            ],
            _mistakes);
    }

    [Theory]
    [InlineData("rate")]
    [InlineData("concurrency")]
    [InlineData("quota")]
    public void A_kind_is_written_as_it_is_read(string kind)
    {
        var limit = Parse("l", kind, 1, null, kind == "rate" ? "1s" : null, null)!;

        Assert.Equal(kind, LimitText.KindText(limit.Kind));
    }

    [Theory]
    [InlineData("100000 tokens/min", 100_000, 0, LimitUnit.TotalTokens, "", 60_000)]
    [InlineData("20 images/min burst 40", 20, 40, LimitUnit.Other, "images", 60_000)]
    [InlineData("5/s", 5, 0, LimitUnit.Requests, "", 1_000)]
    [InlineData("5/500ms", 5, 0, LimitUnit.Requests, "", 500)]
    [InlineData("7 input-tokens/hour", 7, 0, LimitUnit.InputTokens, "", 3_600_000)]
    [InlineData("7 output-tokens/day burst 9", 7, 9, LimitUnit.OutputTokens, "", 86_400_000)]
    [InlineData(" 1  total-tokens/week  burst  2 ", 1, 2, LimitUnit.TotalTokens, "", 604_800_000)]
    [InlineData("3 a-unit-of-ours/2h", 3, 0, LimitUnit.Other, "a-unit-of-ours", 7_200_000)]
    public void A_rate_may_be_said_in_one_text(
        string text, long amount, long burst, LimitUnit unit, string name, long milliseconds)
    {
        Assert.Equal(
            new LimitDefinition
            {
                Name = "r", Kind = LimitKind.Rate, Amount = amount, Burst = burst, Unit = unit, UnitName = name,
                Period = TimeSpan.FromMilliseconds(milliseconds),
            },
            Parse(new WrittenLimit { Name = "r", Rate = text }));
        Assert.Empty(_mistakes);
    }

    [Theory]
    [InlineData("1000000 tokens/month", 1_000_000, LimitUnit.TotalTokens, "", CalendarPeriod.Month)]
    [InlineData("50 pages/day", 50, LimitUnit.Other, "pages", CalendarPeriod.Day)]
    [InlineData("9/second", 9, LimitUnit.Requests, "", CalendarPeriod.Second)]
    [InlineData("9 requests/minute", 9, LimitUnit.Requests, "", CalendarPeriod.Minute)]
    [InlineData("9 requests/hour", 9, LimitUnit.Requests, "", CalendarPeriod.Hour)]
    [InlineData("9 requests/week", 9, LimitUnit.Requests, "", CalendarPeriod.Week)]
    public void A_quota_may_be_said_in_one_text(
        string text, long amount, LimitUnit unit, string name, CalendarPeriod calendar)
    {
        Assert.Equal(
            new LimitDefinition
            {
                Name = "q", Kind = LimitKind.Quota, Amount = amount, Unit = unit, UnitName = name, Calendar = calendar,
            },
            Parse(new WrittenLimit { Name = "q", Quota = text }));
        Assert.Empty(_mistakes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tokens/min")]
    [InlineData("100 tokens")]
    [InlineData("100 /min")]
    [InlineData("100 tokens/")]
    [InlineData("-1 tokens/min")]
    [InlineData("1e6 tokens/min")]
    [InlineData("1 000 tokens/min")]
    [InlineData("100 tokens/min/day")]
    [InlineData("100 tokens/month")]
    [InlineData("100 tokens/fortnight")]
    [InlineData("100 tokens/min burst")]
    [InlineData("100 tokens/min burst many")]
    [InlineData("100 tokens/min at once 3")]
    [InlineData("99999999999999999999/min")]
    public void A_rate_that_cannot_be_read_is_told_with_an_example(string text)
    {
        Assert.Null(Parse(new WrittenLimit { Name = "r", Rate = text }));

        Assert.Equal([$"rate: '{text}' is not a rate {LimitSentence.RateRule}."], _mistakes);
    }

    [Theory]
    [InlineData("month")]
    [InlineData("5 tokens/day burst 4")]
    public void A_quota_that_cannot_be_read_is_told_with_an_example(string text)
    {
        Assert.Null(Parse(new WrittenLimit { Name = "q", Quota = text }));

        Assert.Equal([$"quota: '{text}' is not a quota {LimitSentence.QuotaRule}."], _mistakes);
    }

    [Theory]
    [InlineData("rate", "5 tokens/min", "quota")]
    [InlineData("quota", null, "quota")]
    public void A_text_that_says_it_all_stands_alone(string told, string? rate, string also)
    {
        Assert.Null(Parse(new WrittenLimit { Name = "l", Rate = rate, Quota = "5/day", Unit = also }));

        Assert.StartsWith($"{told}: says it all;", Assert.Single(_mistakes), StringComparison.Ordinal);
    }

    /// <summary>Guards against a limit that nothing ever counts because its unit is mistyped.</summary>
    [Theory]
    [InlineData("request", "'request' is not a unit; write requests.")]
    [InlineData("token", "'token' is not a unit; write tokens.")]
    [InlineData("image", "'image' is not a unit; write images.")]
    [InlineData("output-token", "'output-token' is not a unit; write output-tokens.")]
    [InlineData("Tokens", "'Tokens' is not " + UnitText.Rule + ".")]
    [InlineData("", "'' is not " + UnitText.Rule + ".")]
    public void A_unit_that_is_none_is_told(string unit, string mistake)
    {
        Assert.Null(Parse(new WrittenLimit { Name = "l", Kind = "rate", Amount = 1, Period = "1s", Unit = unit }));

        Assert.Equal([$"unit: {mistake}"], _mistakes);
    }

    [Theory]
    [InlineData("requests"), InlineData("tokens"), InlineData("input-tokens"), InlineData("output-tokens")]
    [InlineData("images"), InlineData("a-unit-of-ours")]
    public void A_unit_is_written_as_it_is_read(string text)
    {
        Assert.True(UnitText.TryParse(text, out var unit, out _));

        Assert.Equal(text, UnitText.Format(unit.Unit, unit.Name));
    }

    [Theory]
    [InlineData("second"), InlineData("minute"), InlineData("hour"), InlineData("day"), InlineData("week")]
    [InlineData("month")]
    public void A_calendar_is_written_as_it_is_read(string text) =>
        Assert.Equal(text, CalendarText.Format(CalendarText.Parse(text)));

    private LimitDefinition? Parse(
        string? name, string? kind, long? amount, long? burst, string? period, string? calendar) =>
        Parse(new WrittenLimit
        {
            Name = name, Kind = kind, Amount = amount, Burst = burst, Period = period, Calendar = calendar,
        });

    private LimitDefinition? Parse(WrittenLimit limit) =>
        LimitText.Parse(limit, (member, text) => _mistakes.Add($"{member}: {text}"));
}
