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
                "calendar: only a quota has one, and it is month.",
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

    private LimitDefinition? Parse(
        string? name, string? kind, long? amount, long? burst, string? period, string? calendar) =>
        LimitText.Parse(
            name, kind, amount, burst, period, calendar, (member, text) => _mistakes.Add($"{member}: {text}"));
}
