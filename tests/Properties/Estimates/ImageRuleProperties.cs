using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Properties.Estimates;

/// <summary>The tokens of images, held against the published procedures, which scale in fractions.</summary>
public sealed class ImageRuleProperties
{
    private static readonly Gen<ImageSize> Sizes =
        from width in Gen.OneOf(Draw.Mostly(1, 100, 5_000), Gen.Choose(1, 1_000_000))
        from height in Draw.Mostly(1, 100, 5_000)
        select new ImageSize(width, height);

    private static readonly Gen<ImageRule> Rules = Gen.Elements<ImageRule>(
        ImagePatches.QwenVl, ImagePatches.Qwen3Vl, new ImagePatches(32, 1, 1_536, 162), ImageTiles.OpenAi,
        ImageViews.DeepSeekOcr, new ImageViews(1_280, 640, 0), new ImageLargest());

    [Fact]
    public void No_image_costs_less_than_a_token_or_more_than_one_of_unknown_size() => Law.Holds(
        from rule in Rules
        from size in Sizes
        from detail in Gen.Elements(ImageDetail.Auto, ImageDetail.Low, ImageDetail.High)
        select (rule, size, detail),
        drawn => Assert.InRange(drawn.rule.Tokens(drawn.size, drawn.detail), 1, drawn.rule.TokensMax));

    [Fact]
    public void An_image_and_the_same_one_turned_cost_the_same() => Law.Holds(
        from rule in Rules
        from size in Sizes
        select (rule, size),
        drawn => Assert.Equal(
            drawn.rule.Tokens(drawn.size, ImageDetail.Auto),
            drawn.rule.Tokens(new ImageSize(drawn.size.Height, drawn.size.Width), ImageDetail.Auto)));

    [Fact]
    public void Squares_are_never_fewer_than_the_model_makes_and_not_many_more() => Law.Holds(
        from size in Sizes
        from least in Gen.Elements(1, 4, 256)
        from most in Gen.Elements(256, 1_280, 16_384)
        select (size, least, most),
        drawn =>
        {
            var (size, least, most) = drawn;
            if (Math.Max(size.Width, size.Height) > 200 * Math.Min(size.Width, size.Height))
            {
                return; // Refused by the model.
            }

            var real = Qwen(size, 28, least, most);
            var bound = new ImagePatches(28, least, most).Tokens(size, ImageDetail.Auto) - 2;

            // A row and a column more, at most.
            var sides = 2 * Math.Sqrt(bound * 200.0) + 3;
            Assert.InRange(bound, real, real + (long)sides);
        });

    [Fact]
    public void Tiles_are_as_many_as_the_published_steps_give() => Law.Holds(
        Sizes,
        size =>
        {
            var (width, height) = ((decimal)size.Width, (decimal)size.Height);
            if (Math.Max(width, height) > 2_048)
            {
                var scale = 2_048 / Math.Max(width, height);
                (width, height) = (width * scale, height * scale);
            }

            if (Math.Min(width, height) > 768)
            {
                var scale = 768 / Math.Min(width, height);
                (width, height) = (width * scale, height * scale);
            }

            // The fractions of the steps are cut off; exactly on the border of a tile that may be one tile more.
            var tiles = Up(width) * Up(height);

            Assert.Equal(85 + 170 * tiles, ImageTiles.OpenAi.Tokens(size, ImageDetail.High));

            static long Up(decimal pixels) => (long)Math.Ceiling(Math.Round(pixels / 512, 15));
        });

    /// <summary>The published resizing, in floating point as it is.</summary>
    private static long Qwen(ImageSize size, int factor, int least, int most)
    {
        double height = size.Height, width = size.Width;
        var (rows, columns) = (Math.Max(1, Math.Round(height / factor)), Math.Max(1, Math.Round(width / factor)));
        if (rows * columns > most)
        {
            var shrink = Math.Sqrt(height * width / ((double)most * factor * factor));
            rows = Math.Max(1, Math.Floor(height / shrink / factor));
            columns = Math.Max(1, Math.Floor(width / shrink / factor));
        }
        else if (rows * columns < least)
        {
            var enlarge = Math.Sqrt((double)least * factor * factor / (height * width));
            rows = Math.Ceiling(height * enlarge / factor);
            columns = Math.Ceiling(width * enlarge / factor);
        }

        return (long)(rows * columns);
    }
}
