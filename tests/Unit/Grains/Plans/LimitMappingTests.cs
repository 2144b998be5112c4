using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Plans;
using Sluice.Rules.Limits;
using Xunit;
using LimitKind = Sluice.Grains.Abstractions.Plans.LimitKind;

namespace Sluice.Unit.Grains.Plans;

/// <summary>Guards limits on their way: one that is written in a unit never counts another.</summary>
public sealed class LimitMappingTests
{
    private static readonly LimitDefinition Rate =
        new() { Name = "r", Kind = LimitKind.Rate, Amount = 5, Period = TimeSpan.FromSeconds(1) };

    private static readonly LimitDefinition Quota = new() { Name = "q", Kind = LimitKind.Quota, Amount = 5 };

    public static TheoryData<CalendarPeriod> Periods =>
        [.. Enum.GetValues<CalendarPeriod>().Where(period => period is not CalendarPeriod.None)];

    [Theory]
    [InlineData(LimitUnit.Requests, "", null)]
    [InlineData(LimitUnit.InputTokens, "", "input-tokens")]
    [InlineData(LimitUnit.OutputTokens, "", "output-tokens")]
    [InlineData(LimitUnit.TotalTokens, "", "total-tokens")]
    [InlineData(LimitUnit.Other, "images", "images")]
    [InlineData(LimitUnit.Other, "a-unit-of-ours", "a-unit-of-ours")]
    public void A_unit_is_the_same_there_and_back(LimitUnit unit, string name, string? inRules)
    {
        var limit = ToRule(Rate with { Unit = unit, UnitName = name });

        Assert.Equal(inRules, limit.Unit);
        Assert.Empty(LimitRules.MistakesIn([limit]));
        var (back, backName) = LimitMapping.UnitToWire(limit.Unit);
        Assert.Equal((unit, name), (back, backName ?? ""));
    }

    /// <summary>Guards against a value from a newer neighbour, and against names that are values.</summary>
    [Theory]
    [InlineData((LimitUnit)77, "", "77 ")]
    [InlineData((LimitUnit)77, "minutes", "77 minutes")]
    [InlineData(LimitUnit.Other, "", "Other ")]
    [InlineData(LimitUnit.Other, "requests", "Other requests")]
    [InlineData(LimitUnit.Other, "total-tokens", "Other total-tokens")]
    [InlineData(LimitUnit.Requests, "images", "Requests images")]
    [InlineData(LimitUnit.TotalTokens, "images", "TotalTokens images")]
    public void A_unit_that_is_none_is_a_mistake_with_its_name(LimitUnit unit, string name, string told)
    {
        var limit = ToRule(Rate with { Unit = unit, UnitName = name });

        Assert.StartsWith($"limits[0].unit: '{told}' is not", Assert.Single(LimitRules.MistakesIn([limit])));
    }

    [Fact]
    public void A_name_that_an_older_neighbour_leaves_out_is_none() =>
        Assert.Null(ToRule(Rate with { UnitName = null! }).Unit);

    [Theory, MemberData(nameof(Periods))]
    public void A_period_is_the_same_there_and_back(CalendarPeriod period)
    {
        var limit = ToRule(Quota with { Calendar = period });

        Assert.Equal(period.ToString(), limit.Span.ToString());
        Assert.Equal(period, limit.Span.ToWire());
        Assert.Empty(LimitRules.MistakesIn([limit]));
    }

    [Fact]
    public void A_period_that_nobody_said_is_the_month()
    {
        Assert.Equal(QuotaSpan.Month, ToRule(Quota).Span);
        Assert.Empty(LimitRules.MistakesIn([ToRule(Rate)]));
    }

    [Fact]
    public void A_period_that_is_none_is_a_mistake() => Assert.Equal(
        ["limits[0].span: only a quota has one, and it is a second, minute, hour, day, week or month."],
        LimitRules.MistakesIn([ToRule(Quota with { Calendar = (CalendarPeriod)9 })]));

    [Fact]
    public void Every_span_of_the_rules_has_a_value_on_the_wire() => Assert.All(
        Enum.GetValues<QuotaSpan>(), span => Assert.Equal(span, span.ToWire().ToRule()));

    private static Limit ToRule(LimitDefinition limit) => new[] { limit }.ToRules().Single();
}
