using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Rules.Estimates;

/// <summary>The figures that the models' publishers give, and what happens at their edges.</summary>
public sealed class ImageRuleTests
{
    /// <summary>OpenAI's own examples are the first three.</summary>
    [Theory]
    [InlineData(1024, 1024, ImageDetail.High, 765)]
    [InlineData(2048, 4096, ImageDetail.High, 1105)]
    [InlineData(4096, 8192, ImageDetail.Low, 85)]
    [InlineData(1024, 1024, ImageDetail.Auto, 765)]
    [InlineData(512, 512, ImageDetail.High, 255)]
    [InlineData(513, 512, ImageDetail.High, 425)]
    [InlineData(1, 1, ImageDetail.High, 255)]
    [InlineData(int.MaxValue, 1, ImageDetail.High, 765)]
    [InlineData(int.MaxValue, int.MaxValue, ImageDetail.High, 765)]
    [InlineData(6144, 2304, ImageDetail.High, 1445)]
    public void OpenAIs_larger_models_count_tiles(int width, int height, ImageDetail detail, long tokens)
    {
        Assert.Equal(tokens, ImageTiles.OpenAi.Tokens(new ImageSize(width, height), detail));
        Assert.Equal(tokens, ImageTiles.OpenAi.Tokens(new ImageSize(height, width), detail));
    }

    /// <summary>Two more than the squares: the template's begin and end of the image.</summary>
    [Theory]
    [InlineData(28, 28, 9 + 2)]
    [InlineData(56, 56, 4 + 2)]
    [InlineData(280, 280, 100 + 2)]
    [InlineData(281, 280, 110 + 2)]
    [InlineData(1024, 1024, 1369 + 2)]
    [InlineData(3584, 3584, 16_384 + 2)]
    [InlineData(3585, 3585, 16_384 + 2)]
    [InlineData(int.MaxValue, int.MaxValue, 16_384 + 2)]
    [InlineData(4, 400, 21 + 2)]
    [InlineData(1, 1_000_000, 16_384 + 2)]
    public void Qwen_counts_squares_of_28_pixels(int width, int height, long tokens)
    {
        Assert.Equal(tokens, ImagePatches.QwenVl.Tokens(new ImageSize(width, height), ImageDetail.Auto));
        Assert.Equal(tokens, ImagePatches.QwenVl.Tokens(new ImageSize(height, width), ImageDetail.Low));
    }

    /// <summary>OpenAI's example for its smaller models: 1,024 squares of 32 pixels, 1.62 tokens each.</summary>
    [Fact]
    public void A_square_may_count_more_than_a_token() => Assert.Equal(
        1_659 + 2, new ImagePatches(32, 1, 1_536, 162).Tokens(new ImageSize(1024, 1024), ImageDetail.High));

    /// <summary>As its server counts: a grid, one more a row, one for the separator.</summary>
    [Theory]
    [InlineData(512, 640, 0, 73)]
    [InlineData(640, 640, 0, 111)]
    [InlineData(1024, 640, 0, 273)]
    [InlineData(1280, 640, 0, 421)]
    public void DeepSeek_OCR_has_modes_of_one_view(int view, int crop, int crops, long tokens)
    {
        var rule = new ImageViews(view, crop, crops);

        Assert.Equal(tokens, rule.Tokens(new ImageSize(5_000, 3_000), ImageDetail.Auto));
        Assert.Equal(tokens, rule.TokensMax);
    }

    [Theory]
    [InlineData(640, 640, 273)]
    [InlineData(641, 640, 273 + 660)]
    [InlineData(640, 641, 273 + 660)]
    [InlineData(int.MaxValue, int.MaxValue, 273 + 660)]
    public void DeepSeek_OCR_crops_what_is_larger_than_a_crop(int width, int height, long tokens) =>
        Assert.Equal(tokens, ImageViews.DeepSeekOcr.Tokens(new ImageSize(width, height), ImageDetail.Auto));

    [Theory]
    [InlineData(1, 1, 273)]
    [InlineData(641, 640, 933)]
    [InlineData(2048, 2048, 5_478)]
    public void A_model_that_nobody_described_is_taken_for_the_dearest(int width, int height, long tokens) =>
        Assert.Equal(tokens, new ImageLargest().Tokens(new ImageSize(width, height), ImageDetail.Auto));

    [Fact]
    public void An_image_of_unknown_size_counts_as_the_largest()
    {
        Assert.Equal(16_386, ImagePatches.QwenVl.TokensMax);
        Assert.Equal(85 + 8 * 170, ImageTiles.OpenAi.TokensMax);
        Assert.Equal(933, ImageViews.DeepSeekOcr.TokensMax);
        Assert.Equal(16_386, new ImageLargest().TokensMax);
    }
}
