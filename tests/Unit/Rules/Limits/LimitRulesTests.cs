using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class LimitRulesTests
{
    private static readonly Limit PerMinute = new("per-minute", LimitKind.Rate, 60, 0, TimeSpan.FromMinutes(1));
    private static readonly Limit AtOnce = new("at-once", LimitKind.Concurrency, 4, 0, TimeSpan.Zero);
    private static readonly Limit PerMonth = new("per-month", LimitKind.Quota, 1_000, 0, TimeSpan.Zero);

    [Fact]
    public void Valid_limits_have_no_mistakes() => Assert.Empty(LimitRules.MistakesIn([PerMinute, AtOnce, PerMonth]));

    /// <summary>Guards operators against mending one mistake only to be told of the next.</summary>
    [Fact]
    public void Every_mistake_is_told_at_once_with_its_place()
    {
        var mistakes = LimitRules.MistakesIn(
        [
            PerMinute with { Name = "Per Minute" },
            AtOnce with { Amount = 0 },
            AtOnce with { Burst = 1 },
            PerMonth with { Kind = LimitKind.None },
            PerMinute with { Burst = -1, Period = TimeSpan.Zero },
        ]);

        Assert.Equal(
            [
                $"limits[0].name: 'Per Minute' is not {Sluice.Rules.Names.Rule}.",
                "limits[1].amount: 0 is not between 1 and 1000000000000.",
                "limits[2].name: 'at-once' is used twice.",
                "limits[2]: only a rate has a burst and a period.",
                "limits[3].kind: must be rate, concurrency or quota.",
                "limits[4].burst: -1 is not between 1 and 1000000000000 (0 means the amount).",
                "limits[4].period: 00:00:00 is not between 1 millisecond and 31 days.",
            ],
            mistakes);
    }

    [Fact]
    public void More_limits_than_the_most_is_a_mistake()
    {
        var most = Enumerable.Range(0, LimitRules.CountMax).Select(i => AtOnce with { Name = $"limit-{i}" }).ToList();

        Assert.Empty(LimitRules.MistakesIn(most));
        Assert.Equal(["limits: 65 are too many; 64 is the most."], LimitRules.MistakesIn([.. most, PerMinute]));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(LimitRules.AmountMax, true)]
    [InlineData(LimitRules.AmountMax + 1, false)]
    [InlineData(-1, false)]
    public void An_amount_has_bounds(long amount, bool valid) =>
        Assert.Equal(valid, LimitRules.MistakesIn([PerMonth with { Amount = amount }]).Count == 0);

    [Fact]
    public void A_period_has_bounds()
    {
        Assert.Empty(MistakesWithPeriod(LimitRules.PeriodMin));
        Assert.Empty(MistakesWithPeriod(LimitRules.PeriodMax));
        Assert.Single(MistakesWithPeriod(LimitRules.PeriodMin - TimeSpan.FromTicks(1)));
        Assert.Single(MistakesWithPeriod(LimitRules.PeriodMax + TimeSpan.FromTicks(1)));
    }

    /// <summary>Guards the whole-number arithmetic of buckets: what passes here cannot overflow there.</summary>
    [Fact]
    public void A_burst_too_large_to_count_exactly_is_a_mistake_and_the_largest_allowed_one_counts()
    {
        var day = TimeSpan.FromDays(1);
        var largest = (1L << 62) / day.Ticks; // The quotient is not whole, so this many days' ticks stay below 2^62.
        var limit = new Limit("per-day", LimitKind.Rate, largest, 0, day);

        Assert.Empty(LimitRules.MistakesIn([limit]));
        Assert.Equal(
            ["limits[0]: the burst times the period is too large to count exactly; shorten the period."],
            LimitRules.MistakesIn([limit with { Burst = largest + 1 }]));

        var bucket = new BucketLimit(largest, largest, day);
        var empty = TokenBucket.Full(bucket, TimeSpan.Zero).Take(largest, bucket);
        Assert.Equal(day, empty.WaitFor(largest, bucket));
        Assert.Equal(TokenBucket.Full(bucket, day), empty.At(day, bucket));
    }

    /// <summary>Guards against a limit of an unknown kind, which nothing would count.</summary>
    [Fact]
    public void A_kind_that_is_not_one_of_the_three_is_a_mistake() =>
        Assert.Equal(
            ["limits[0].kind: must be rate, concurrency or quota."],
            LimitRules.MistakesIn([AtOnce with { Kind = (LimitKind)99 }]));

    [Fact]
    public void Only_rates_and_quotas_count_units_and_only_quotas_have_a_span()
    {
        Assert.Empty(LimitRules.MistakesIn(
        [
            PerMinute with { Unit = "images" },
            PerMonth with { Unit = Units.TotalTokens, Span = QuotaSpan.Day },
            AtOnce with { Unit = Units.Requests },
        ]));
        Assert.Equal(
            [
                $"limits[0].unit: 'Total Tokens' is not {Sluice.Rules.Names.Rule}.",
                "limits[1].unit: only requests are counted at once, not images.",
                "limits[2].span: only a quota has one, and it is a second, minute, hour, day, week or month.",
            ],
            LimitRules.MistakesIn(
            [
                PerMonth with { Unit = "Total Tokens" },
                AtOnce with { Unit = "images" },
                PerMinute with { Span = QuotaSpan.Day },
            ]));
    }

    [Fact]
    public void A_clients_own_limits_replace_the_plans_by_name_and_the_rest_are_added()
    {
        var own = AtOnce with { Amount = 9 };
        var other = PerMonth with { Name = "other" };

        Assert.Equal(
            [PerMinute, own, PerMonth, other], LimitRules.InForce([PerMinute, AtOnce, PerMonth], [other, own]));
        Assert.Equal([PerMinute, AtOnce], LimitRules.InForce([PerMinute, AtOnce], []));
    }

    private static IReadOnlyList<string> MistakesWithPeriod(TimeSpan period) =>
        LimitRules.MistakesIn([PerMinute with { Period = period }]);
}
