using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Rules.Estimates;

/// <summary>Guards reservations against what clients can make up: names of models, and caps.</summary>
public sealed class AnswerLengthsTests
{
    private readonly AnswerLengths _answers = new(OutputRule.Default);

    [Fact]
    public void Until_twenty_answers_were_heard_the_cap_is_reserved()
    {
        Learn("m", 100, times: 19);

        Assert.Equal((2_000, OutputRule.Unknown), (_answers.Estimate("m", 2_000), _answers.Estimate("m", 0)));

        Learn("m", 100);
        Assert.InRange(_answers.Estimate("m", 2_000), 120, 135);
        Assert.Equal(_answers.Estimate("m", 2_000), _answers.Estimate("m", 0));
    }

    [Fact]
    public void Each_model_has_answers_of_its_own()
    {
        Learn("short", 100, times: 20);
        Learn("long", 3_000, times: 20);

        Assert.InRange(_answers.Estimate("short", 0), 120, 135);
        Assert.InRange(_answers.Estimate("long", 0), 3_600, 4_100);
        Assert.Equal(OutputRule.Unknown, _answers.Estimate("other", 0));
    }

    [Fact]
    public void Of_too_many_models_the_one_heard_of_longest_ago_is_forgotten()
    {
        for (var i = 0; i < AnswerLengths.ModelsMax; i++)
        {
            Learn($"m{i}", 100, times: 20);
        }

        Learn("m0", 100);
        Learn("one-more", 100, times: 20);

        Assert.Equal(AnswerLengths.ModelsMax, _answers.Models);
        Assert.True(_answers.Estimate("m0", 0) < 200);
        Assert.Equal(OutputRule.Unknown, _answers.Estimate("m1", 0));
        Assert.True(_answers.Estimate("one-more", 0) < 200);
    }

    private void Learn(string model, long tokens, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _answers.Learn(model, tokens);
        }
    }
}
