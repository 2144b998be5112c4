using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Rules.Estimates;

public sealed class OutputTests
{
    private static readonly OutputRule Rule = OutputRule.Default;

    [Theory]
    [InlineData(100L, 0, 1, 0, 100L)]
    [InlineData(100L, 4096, 1, 0, 100L)]
    [InlineData(null, 4096, 1, 0, 4096L)]
    [InlineData(null, 0, 3, 2, 0L)]
    [InlineData(100L, 0, 3, 2, 600L)]
    [InlineData(long.MaxValue, 0, 1, 1, long.MaxValue)]
    [InlineData(long.MaxValue, 0, 2, 1, null)]
    [InlineData(long.MaxValue, 0, long.MaxValue, 1_000_000, null)]
    public void All_answers_together_have_a_cap(long? stated, long modelMax, long answers, long prompts, long? cap) =>
        Assert.Equal(cap, OutputCap.Of(stated, modelMax, answers, prompts));

    [Fact]
    public void Nothing_known_reserves_the_cap_or_a_round_number()
    {
        Assert.Equal(700, Rule.Estimate(default, default, 700));
        Assert.Equal(OutputRule.Unknown, Rule.Estimate(default, default, 0));
        Assert.Equal(700, Rule.Estimate(Of(19, 5), Of(19, 5), 700));
    }

    [Fact]
    public void What_was_learned_is_reserved_with_a_fifth_on_top()
    {
        Assert.Equal(134, Rule.Estimate(Of(20, 111), default, 0)); // 104 to 111 are a range.
        Assert.Equal(100, Rule.Estimate(Of(20, 111), default, 100));
        Assert.Equal(64, Rule.Estimate(Of(20, 3), default, 0));
        Assert.Equal(10, Rule.Estimate(Of(20, 3), default, 10));
    }

    [Fact]
    public void A_new_client_is_taken_for_one_like_all_others() =>
        Assert.Equal((1023 * 6 + 4) / 5, Rule.Estimate(Of(19, 5), Of(20, 1_000), 0));

    /// <summary>Guards against teaching: short answers first, and a burst of long ones on what they earned.</summary>
    [Fact]
    public void A_client_that_only_ever_had_short_answers_reserves_half_of_what_others_do()
    {
        var taught = Of(100_000, 1);

        Assert.Equal((512 * 6 + 4) / 5, Rule.Estimate(taught, Of(20, 1_000), 100_000));
    }

    [Fact]
    public void Old_answers_fade()
    {
        var sketch = Of(100_000, 4_000);

        for (var i = 0; i < 12 * OutputSketch.AnswersMax; i++)
        {
            sketch = sketch.Observe(10);
        }

        Assert.Equal(10, sketch.P95);
        Assert.InRange(sketch.Answers, 1, OutputSketch.AnswersMax);
    }

    [Fact]
    public void In_a_merge_no_client_weighs_more_than_a_sketch_holds()
    {
        var model = default(OutputSketch);
        for (var other = 0; other < 9; other++)
        {
            model = model.Merge(Of(50, 1_000));
        }

        Assert.Equal(1_023, Of(50_000, 1).Merge(model).P95);
    }

    private static OutputSketch Of(int answers, long tokens)
    {
        var sketch = default(OutputSketch);
        for (var i = 0; i < answers; i++)
        {
            sketch = sketch.Observe(tokens);
        }

        return sketch;
    }
}
