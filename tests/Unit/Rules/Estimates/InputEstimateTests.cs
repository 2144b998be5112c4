using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Rules.Estimates;

public sealed class InputEstimateTests
{
    private static readonly InputRule Rule = new()
    {
        MessageTokens = 8,
        RequestTokens = 30,
        ToolTokens = 200,
        Images = ImagePatches.QwenVl,
        PageTokens = 1_000,
        DocumentPagesMax = 50,
        OtherMediaTokens = 40_000,
        ContextTokens = 9_000,
    };

    [Fact]
    public void Nothing_costs_what_the_template_adds() =>
        Assert.Equal(new InputEstimate(30, 0, 0), InputEstimate.Of(new InputFacts(), Rule));

    [Fact]
    public void Everything_that_a_model_reads_is_added_up()
    {
        var facts = new InputFacts { Messages = 3, HasTools = true, TokenNumbers = 17, OtherMedia = 1 };
        facts.Text.Add("abcdefghijklmnopq"u8); // 13 tokens, 17 bytes.
        facts.AddImage(new ImageSize(280, 280), ImageDetail.Auto);
        facts.AddImage(null, ImageDetail.Low);
        facts.AddDocument(7);
        facts.AddDocument(null);

        var estimate = InputEstimate.Of(facts, Rule);

        Assert.Equal(30 + 13 + 3 * 8 + 200 + 17 + 102 + 16_386 + 57_000 + 40_000, estimate.Upper);
        Assert.Equal((2, 57), (estimate.Images, estimate.Pages));
        Assert.Equal(estimate.Upper + 4, InputEstimate.Of(facts, Rule with { Text = TextBound.Bytes }).Upper);
    }

    [Fact]
    public void A_conversation_that_the_pool_keeps_may_fill_the_context() =>
        Assert.Equal(9_030, InputEstimate.Of(new InputFacts { ContinuesConversation = true }, Rule).Upper);

    /// <summary>Guards the memory of the edge: a body may hold hundreds of thousands of tiny images.</summary>
    [Fact]
    public void Images_beyond_what_is_kept_count_as_the_largest()
    {
        var facts = new InputFacts();
        for (var i = 0; i < InputFacts.SizesMax + 2; i++)
        {
            facts.AddImage(new ImageSize(28, 28), ImageDetail.Auto);
        }

        var estimate = InputEstimate.Of(facts, Rule);

        Assert.Equal(InputFacts.SizesMax, facts.Images.Count);
        Assert.Equal(30 + InputFacts.SizesMax * 11 + 2 * 16_386, estimate.Upper);
        Assert.Equal(InputFacts.SizesMax + 2, estimate.Images);
    }
}
