using Sluice.Daemon.Settings;

namespace Sluice.Edge.Hosting;

/// <summary>The settings of <see cref="ModelOptions"/>, as <c>--help</c> and docs/configuration.md tell them.</summary>
internal static class ModelSettings
{
    public static void Describe(SettingCatalog catalog)
    {
        var edge = catalog.Section<EdgeOptions>("Edge")
            .Add(
                "Models:#:Name", "A model whose costs are known: its name, or a beginning. The first that fits counts.",
                "1 to 256 characters, the last may be *")
            .Add(
                "Models:#:OutputTokensMax",
                "Most tokens of an answer when the request states no cap; 0: not known.")
            .Add(
                "Models:#:StateOutputCap",
                "Whether to write that cap into every request that states none; false: only where a limit needs it.")
            .Add("Models:#:OutputCapParameter", "The parameter of a chat that it is written in.");
        DescribeInput(edge);
        DescribeImages(edge);
    }

    private static void DescribeInput(SettingSection edge) => edge
        .Add(
            "Models:#:TextBound",
            "How the most tokens of a text are estimated: by kinds of characters, or one a byte, which none passes.",
            "Upper or Bytes")
        .Add("Models:#:MessageTokens", "Tokens that the template puts around each message.")
        .Add("Models:#:RequestTokens", "Tokens that the template adds once, such as a system prompt.")
        .Add("Models:#:ToolTokens", "Tokens that the template adds to a request with tools.")
        .Add("Models:#:PageTokens", "Tokens of a page of a document.")
        .Add("Models:#:DocumentPagesMax", "Pages of a document whose pages cannot be counted.")
        .Add("Models:#:OtherMediaTokens", "Tokens of a sound or a film.")
        .Add("Models:#:ContextTokens", "Tokens of a conversation that the pool keeps.");

    private static void DescribeImages(SettingSection edge) => edge
        .Add(
            "Models:#:ImageFormula", "How tokens are made of images; Largest is the most of all, for models not known.",
            "Largest, Patches (Qwen-VL), Tiles (OpenAI) or Views (DeepSeek-OCR)")
        .Add("Models:#:PatchPixels", "Patches: side of a square in pixels; Qwen3-VL has 32.")
        .Add("Models:#:PatchesMin", "Patches: squares that a small image is enlarged to.")
        .Add("Models:#:PatchesMax", "Patches: squares that a large image is shrunk to.")
        .Add("Models:#:PatchPercent", "Patches: what a square counts, in hundredths of a token.")
        .Add("Models:#:TileBaseTokens", "Tiles: tokens of any image.")
        .Add("Models:#:TileTokens", "Tiles: tokens of a tile.")
        .Add("Models:#:ViewPixels", "Views: side of the whole view in pixels.")
        .Add("Models:#:CropPixels", "Views: side of a crop in pixels.")
        .Add("Models:#:CropsMax", "Views: most crops; 0 for the modes that never crop.");
}
