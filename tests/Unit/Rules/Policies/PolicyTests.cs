using Sluice.Rules.Policies;
using Xunit;

namespace Sluice.Unit.Rules.Policies;

public sealed class PolicyTests
{
    private static readonly ModelAccess Access = new(["qwen-max", "deepseek-*"], ["gpt-4o", "qwen*", "deepseek-r1"]);

    [Theory]
    [InlineData("qwen-max", ModelAnswer.Usable)]
    [InlineData("deepseek-r1", ModelAnswer.Usable)] // Also visible; what may be used is not less.
    [InlineData("deepseek-", ModelAnswer.Usable)]
    [InlineData("gpt-4o", ModelAnswer.VisibleOnly)]
    [InlineData("qwen-max-latest", ModelAnswer.VisibleOnly)] // A name without '*' is the whole name.
    [InlineData("Qwen-max", ModelAnswer.Hidden)]
    [InlineData("deepseek", ModelAnswer.Hidden)]
    [InlineData("gpt-4o-mini", ModelAnswer.Hidden)]
    [InlineData("my-deepseek-r1", ModelAnswer.Hidden)]
    [InlineData("", ModelAnswer.Hidden)]
    public void A_model_is_matched_by_its_name_or_its_beginning(string model, ModelAnswer expected) =>
        Assert.Equal(expected, Access.Of(model));

    [Fact]
    public void A_star_alone_is_every_model_and_no_pattern_is_none()
    {
        Assert.Equal(ModelAnswer.Usable, new ModelAccess(["*"], []).Of("anything"));
        Assert.Equal(ModelAnswer.Hidden, ModelAccess.None.Of("anything"));
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData("qwen-max", true)]
    [InlineData("qwen*", true)]
    [InlineData("", false)]
    [InlineData("*-max", false)]
    [InlineData("qwen**", false)]
    public void A_pattern_has_at_most_one_star_at_its_end(string pattern, bool expected) =>
        Assert.Equal(expected, ModelAccess.IsPattern(pattern));

    [Fact]
    public void A_pattern_has_at_most_256_characters()
    {
        Assert.True(ModelAccess.IsPattern(new string('a', 256)));
        Assert.False(ModelAccess.IsPattern(new string('a', 257)));
    }
}
