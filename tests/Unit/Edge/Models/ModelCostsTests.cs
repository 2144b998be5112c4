using Sluice.Edge;
using Sluice.Edge.Models;
using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Edge.Models;

public sealed class ModelCostsTests
{
    [Theory]
    [InlineData("qwen2.5-vl-7b", 2_000)]
    [InlineData("qwen3-32b", 1_000)]
    [InlineData("other", 0)]
    public void The_first_entry_that_fits_a_name_counts(string model, long outputTokensMax)
    {
        var costs = Costs(
            new ModelOptions { Name = "qwen2.5-vl*", OutputTokensMax = 2_000 },
            new ModelOptions { Name = "qwen*", OutputTokensMax = 1_000 },
            new ModelOptions { Name = "qwen3-32b", OutputTokensMax = 500 });

        Assert.Equal(outputTokensMax, costs.Of(model).OutputTokensMax);
    }

    [Fact]
    public void A_model_that_nobody_described_has_the_defaults() =>
        Assert.Same(ModelCost.Unknown, Costs().Of("other"));

    [Fact]
    public void Settings_become_the_rules_of_the_estimate()
    {
        var views = Costs(new ModelOptions
        {
            Name = "*", TextBound = TextBound.Bytes,
            ImageFormula = ImageFormula.Views, ViewPixels = 1_280, CropsMax = 0,
            MessageTokens = 5, RequestTokens = 6, ToolTokens = 7, PageTokens = 8, DocumentPagesMax = 9,
            OtherMediaTokens = 10, ContextTokens = 11,
        }).Of("other").Input;

        Assert.Equal(new ImageViews(1_280, 640, 0), views.Images);
        Assert.Equal(
            (TextBound.Bytes, 5, 6, 7, 8, 9, 10, 11),
            (views.Text, views.MessageTokens, views.RequestTokens, views.ToolTokens, views.PageTokens,
                views.DocumentPagesMax, views.OtherMediaTokens, views.ContextTokens));
        Assert.Equal(
            new ImagePatches(32, 4, 1_280),
            Images(new ModelOptions { ImageFormula = ImageFormula.Patches, PatchPixels = 32, PatchesMax = 1_280 }));
        Assert.Equal(
            new ImageTiles(70, 140, 512, 2_048, 768),
            Images(new ModelOptions { ImageFormula = ImageFormula.Tiles, TileBaseTokens = 70, TileTokens = 140 }));
        Assert.Equal(new ImageLargest(), Images(new ModelOptions()));
    }

    [Fact]
    public void Every_mistake_in_the_settings_is_named_with_its_place()
    {
        var options = new EdgeOptions
        {
            Pools = { new PoolOptions { Name = "a", Address = "http://127.0.0.1:9", Models = { "m" } } },
            Models =
            {
                new ModelOptions { Name = "*a", PageTokens = 0, PatchesMin = 300, PatchesMax = 200 },
                new ModelOptions { Name = "", StateOutputCap = true, OutputCapParameter = "num_predict" },
                new ModelOptions { Name = "m*", OutputTokensMax = 5, StateOutputCap = true },
            },
        };

        var mistakes = new EdgeOptionsValidator().Validate(null, options).Failures;

        Assert.Equal(
            [
                "Edge:Models:0:PageTokens is 0; it must be 1 to 1000000.",
                "Edge:Models:0:Name '*a' is not 1 to 256 characters, of which only the last may be '*'.",
                "Edge:Models:0:PatchesMin is 300; it must be at most PatchesMax, 200.",
                "Edge:Models:1:OutputCapParameter is 'num_predict'; it must be max_tokens or max_completion_tokens.",
                "Edge:Models:1:Name '' is not 1 to 256 characters, of which only the last may be '*'.",
                "Edge:Models:1:StateOutputCap needs OutputTokensMax: which cap shall be stated?",
            ],
            mistakes);
    }

    private static ImageRule Images(ModelOptions options)
    {
        options.Name = "*";
        return Costs(options).Of("other").Input.Images;
    }

    private static ModelCosts Costs(params ModelOptions[] models)
    {
        var options = new EdgeOptions
        {
            Pools =
            {
                new PoolOptions { Name = "a", Models = { "qwen2.5-vl-7b", "qwen3-32b", "other" } },
            },
        };
        foreach (var model in models)
        {
            options.Models.Add(model);
        }

        return new ModelCosts(options);
    }
}
