using System.ComponentModel.DataAnnotations;
using Sluice.Daemon.Settings;
using Sluice.Rules.Estimates;

namespace Sluice.Edge;

/// <summary>Which published way of making tokens of images a model follows.</summary>
public enum ImageFormula
{
    /// <summary>Nobody said: the most that any of the others makes of an image.</summary>
    Largest = 0,

    /// <summary>A token for every square of pixels: Qwen-VL, and OpenAI's smaller models with a factor.</summary>
    Patches = 1,

    /// <summary>A base and so much a tile: OpenAI's larger models.</summary>
    Tiles = 2,

    /// <summary>One view of the whole, and crops of a large image: DeepSeek-OCR.</summary>
    Views = 3,
}

/// <summary>What is known of a model: how its input and output are estimated before it works.</summary>
public sealed class ModelOptions
{
    private const int TokensMost = 100_000_000;

    /// <summary>The model's name, or a beginning of names followed by <c>*</c>; 1 to 256 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>What is taken for the most tokens of a text.</summary>
    /// <value>Upper, by kinds of characters, or Bytes, one a byte, which no text passes. Default Upper.</value>
    public TextBound TextBound { get; set; } = InputRule.Default.Text;

    /// <summary>Tokens that the model's template puts around each message.</summary>
    /// <value>0 to 1,000, default 8.</value>
    [Range(0, 1_000)]
    public int MessageTokens { get; set; } = InputRule.Default.MessageTokens;

    /// <summary>Tokens that the template adds once, such as a system prompt of its own.</summary>
    /// <value>0 to 100,000,000, default 32.</value>
    [Range(0, TokensMost)]
    public int RequestTokens { get; set; } = InputRule.Default.RequestTokens;

    /// <summary>Tokens that the template adds to a request with tools, to introduce them.</summary>
    /// <value>0 to 100,000,000, default 256.</value>
    [Range(0, TokensMost)]
    public int ToolTokens { get; set; } = InputRule.Default.ToolTokens;

    /// <summary>Tokens of a page of a document.</summary>
    /// <value>1 to 1,000,000, default 3,000.</value>
    [Range(1, 1_000_000)]
    public int PageTokens { get; set; } = InputRule.Default.PageTokens;

    /// <summary>Pages of a document whose pages cannot be counted.</summary>
    /// <value>1 to 100,000, default 100.</value>
    [Range(1, 100_000)]
    public int DocumentPagesMax { get; set; } = InputRule.Default.DocumentPagesMax;

    /// <summary>Tokens of a sound or a film.</summary>
    /// <value>0 to 100,000,000, default 32,768.</value>
    [Range(0, TokensMost)]
    public int OtherMediaTokens { get; set; } = InputRule.Default.OtherMediaTokens;

    /// <summary>Tokens the model takes in at once: what a conversation that the pool keeps can have.</summary>
    /// <value>1 to 100,000,000, default 131,072.</value>
    [Range(1, TokensMost)]
    public int ContextTokens { get; set; } = InputRule.Default.ContextTokens;

    /// <summary>Most tokens of an answer when the request states no cap.</summary>
    /// <value>0 to 100,000,000; 0, the default, when it is not known.</value>
    [Range(0, TokensMost)]
    public int OutputTokensMax { get; set; }

    /// <summary>
    /// True: a request that states no cap is forwarded with <see cref="OutputTokensMax"/> as its cap, whether a limit
    /// needs it or not. False: it is forwarded as it came.
    /// </summary>
    public bool StateOutputCap { get; set; }

    /// <summary>The parameter of a chat in which a cap is written where none is stated.</summary>
    /// <value>Default <c>max_tokens</c>; OpenAI's reasoning models want <c>max_completion_tokens</c>.</value>
    [AllowedValues(
        "max_tokens", "max_completion_tokens", ErrorMessage = "must be max_tokens or max_completion_tokens.")]
    public string OutputCapParameter { get; set; } = "max_tokens";

    /// <summary>How tokens are made of images; the settings below are for one of the formulae each.</summary>
    public ImageFormula ImageFormula { get; set; } = ImageFormula.Largest;

    /// <summary>Patches: side of a square in pixels.</summary>
    /// <value>1 to 4,096, default 28; Qwen3-VL has 32.</value>
    [Range(1, 4_096)]
    public int PatchPixels { get; set; } = ImagePatches.QwenVl.Pixels;

    /// <summary>Patches: what a small image is enlarged to, in squares.</summary>
    /// <value>1 to 1,000,000, default 4.</value>
    [Range(1, 1_000_000)]
    public int PatchesMin { get; set; } = ImagePatches.QwenVl.TokensLeast;

    /// <summary>
    /// Patches: what a large image is shrunk to, in squares; the server's max_pixels over a square's.
    /// </summary>
    /// <value>200 to 1,000,000, default 16,384.</value>
    [Range(200, 1_000_000)]
    public int PatchesMax { get; set; } = ImagePatches.QwenVl.Most;

    /// <summary>Patches: what a square counts, in hundredths of a token.</summary>
    /// <value>1 to 10,000, default 100.</value>
    [Range(1, 10_000)]
    public int PatchPercent { get; set; } = ImagePatches.QwenVl.Percent;

    /// <summary>Tiles: tokens of any image.</summary>
    /// <value>0 to 1,000,000, default 85.</value>
    [Range(0, 1_000_000)]
    public int TileBaseTokens { get; set; } = ImageTiles.OpenAi.Base;

    /// <summary>Tiles: tokens of a tile.</summary>
    /// <value>1 to 1,000,000, default 170.</value>
    [Range(1, 1_000_000)]
    public int TileTokens { get; set; } = ImageTiles.OpenAi.PerTile;

    /// <summary>Views: side of the whole view in pixels.</summary>
    /// <value>64 to 8,192, default 1,024; the modes have 512, 640, 1,024 and 1,280.</value>
    [Range(64, 8_192)]
    public int ViewPixels { get; set; } = ImageViews.DeepSeekOcr.ViewPixels;

    /// <summary>Views: side of a crop in pixels.</summary>
    /// <value>64 to 8,192, default 640.</value>
    [Range(64, 8_192)]
    public int CropPixels { get; set; } = ImageViews.DeepSeekOcr.CropPixels;

    /// <summary>Views: most crops.</summary>
    /// <value>0 to 64, default 6; 0 for the modes that never crop.</value>
    [Range(0, 64)]
    public int CropsMax { get; set; } = ImageViews.DeepSeekOcr.CropsMax;

    internal IEnumerable<string> Mistakes(string place)
    {
        foreach (var mistake in Annotations.MistakesIn(place, this))
        {
            yield return mistake;
        }

        if (Name.Length is < 1 or > 256 || Name.AsSpan()[..^1].Contains('*'))
        {
            yield return $"{place}:Name '{Name}' is not 1 to 256 characters, of which only the last may be '*'.";
        }

        if (PatchesMin > PatchesMax)
        {
            yield return $"{place}:PatchesMin is {PatchesMin}; it must be at most PatchesMax, {PatchesMax}.";
        }

        if (StateOutputCap && OutputTokensMax == 0)
        {
            yield return $"{place}:StateOutputCap needs OutputTokensMax: which cap shall be stated?";
        }
    }

    internal InputRule ToInputRule() => new()
    {
        Text = TextBound,
        MessageTokens = MessageTokens,
        RequestTokens = RequestTokens,
        ToolTokens = ToolTokens,
        PageTokens = PageTokens,
        DocumentPagesMax = DocumentPagesMax,
        OtherMediaTokens = OtherMediaTokens,
        ContextTokens = ContextTokens,
        Images = ImageFormula switch
        {
            ImageFormula.Patches => new ImagePatches(PatchPixels, PatchesMin, PatchesMax, PatchPercent),
            ImageFormula.Tiles => ImageTiles.OpenAi with { Base = TileBaseTokens, PerTile = TileTokens },
            ImageFormula.Views => new ImageViews(ViewPixels, CropPixels, CropsMax),
            _ => new ImageLargest(),
        },
    };
}
