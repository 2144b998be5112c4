namespace Sluice.Rules.Estimates;

/// <summary>How a family of models makes tokens of an image. Each is a bound: the pool may make fewer.</summary>
public abstract record ImageRule
{
    /// <summary>Tokens of an image whose size nobody knows, and the most that one whose size is known costs.</summary>
    public abstract long TokensMax { get; }

    /// <summary>Tokens of an image of this size; 1 to <see cref="TokensMax"/>.</summary>
    public abstract long Tokens(ImageSize size, ImageDetail detail);

    private protected static long DivideUp(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}

/// <summary>
/// A token for every square of pixels, within bounds that the image is scaled to: Qwen-VL's, whose square is 28 pixels
/// wide (14 of its encoder, two by two merged), 32 in Qwen3-VL, and OpenAI's smaller models, with a factor.
/// </summary>
/// <param name="Pixels">Side of a square; 1 to 4,096.</param>
/// <param name="TokensLeast">A smaller image is enlarged to this; 1 or more.</param>
/// <param name="Most">A larger one is shrunk to this; at least the least, at most 1,000,000.</param>
/// <param name="Percent">What each square counts, in hundredths of a token; 1 to 10,000.</param>
public sealed record ImagePatches(int Pixels, int TokensLeast, int Most, int Percent = 100) : ImageRule
{
    /// <summary>As Qwen2-VL and Qwen2.5-VL are published: 4 to 16,384 tokens.</summary>
    public static readonly ImagePatches QwenVl = new(28, 4, 16_384);

    /// <summary>As Qwen3-VL is published.</summary>
    public static readonly ImagePatches Qwen3Vl = new(32, 4, 16_384);

    // Pools refuse a longer one, so its tokens need not be told apart.
    private const int AspectMax = 200;

    private const int LongestRow = 15; // Above the root of the largest aspect, and of its inverse, together.

    private const int TokensOfFrame = 2; // Begin and end of the image, in the chat template.

    /// <inheritdoc/>
    public override long TokensMax => Weighed(Math.Max(Most, EnlargedMax)) + TokensOfFrame;

    // An image is enlarged in whole squares, even beyond the most: a long one by a square at the end of each long row.
    private long EnlargedMax => TokensLeast + LongestRow * RootUp(TokensLeast, 1, 1) + 1;

    /// <inheritdoc/>
    public override long Tokens(ImageSize size, ImageDetail detail)
    {
        var (shorter, longer) = (Math.Min(size.Width, size.Height), Math.Max(size.Width, size.Height));
        if (longer / AspectMax >= shorter)
        {
            return TokensMax;
        }

        // Rounded up where the models round to the nearest; so never below them.
        var squares = Math.Min(DivideUp(shorter, Pixels) * DivideUp(longer, Pixels), Most);
        if (shorter / Pixels * (longer / Pixels) < TokensLeast)
        {
            // The models look whether to enlarge when they have rounded, which may be down on both sides, or to none.
            squares = Math.Max(squares, RootUp(TokensLeast, shorter, longer) * RootUp(TokensLeast, longer, shorter));
        }

        return Weighed(squares) + TokensOfFrame;
    }

    private long Weighed(long squares) => DivideUp(squares * Percent, 100);

    /// <summary>
    /// The least whole number whose square is above <c>area × side / otherSide</c>. Where it is equal, the models' own
    /// fractions end on either side of the border.
    /// </summary>
    private static long RootUp(long area, long side, long otherSide)
    {
        var root = (long)Math.Sqrt((double)(area * side) / otherSide);
        while (root * root * otherSide <= area * side)
        {
            root++;
        }

        return Math.Max(1, root);
    }
}

/// <summary>
/// OpenAI's larger models: the image is shrunk into a square, then to a shorter side, and every tile of what is left
/// costs so much; looked at with low detail it costs the base alone.
/// </summary>
/// <param name="Base">Tokens of any image; 0 or more.</param>
/// <param name="PerTile">Tokens of a tile; 1 or more.</param>
/// <param name="TilePixels">Side of a tile; 1 or more.</param>
/// <param name="LongestPixels">Side of the square; at least <paramref name="ShortestPixels"/>, at most 65,536.</param>
/// <param name="ShortestPixels">The shorter side is shrunk to this.</param>
public sealed record ImageTiles(int Base, int PerTile, int TilePixels, int LongestPixels, int ShortestPixels)
    : ImageRule
{
    /// <summary>As GPT-4o and GPT-4.1 are published.</summary>
    public static readonly ImageTiles OpenAi = new(85, 170, 512, 2_048, 768);

    /// <inheritdoc/>
    public override long TokensMax =>
        Base + PerTile * DivideUp(LongestPixels, TilePixels) * DivideUp(ShortestPixels, TilePixels);

    /// <inheritdoc/>
    public override long Tokens(ImageSize size, ImageDetail detail)
    {
        if (detail is ImageDetail.Low)
        {
            return Math.Max(1, Base);
        }

        // Both steps shrink by a fraction; kept as one, nothing is rounded before the tiles are counted.
        var (shorter, longer) = ((Int128)Math.Min(size.Width, size.Height), (Int128)Math.Max(size.Width, size.Height));
        var (times, over) = longer > LongestPixels ? (LongestPixels, longer) : (1, 1);
        if (shorter * times > ShortestPixels * over)
        {
            (times, over) = (ShortestPixels, shorter);
        }

        return Base + PerTile * Tiles(shorter * times, over) * Tiles(longer * times, over);
    }

    private long Tiles(Int128 pixels, Int128 over)
    {
        var tile = over * TilePixels;
        return (long)((pixels + tile - 1) / tile);
    }
}

/// <summary>
/// DeepSeek-OCR: one view of the whole image, and, of an image larger than a crop, up to so many crops. A view of
/// <c>s</c> pixels is a grid of <c>s / 64</c> by <c>s / 64</c> tokens, with one more to end each row.
/// </summary>
/// <param name="ViewPixels">Side of the whole view; 64 to 8,192.</param>
/// <param name="CropPixels">Side of a crop; 64 to 8,192.</param>
/// <param name="CropsMax">Most crops; 0 for the modes that never crop, at most 64.</param>
public sealed record ImageViews(int ViewPixels, int CropPixels, int CropsMax) : ImageRule
{
    /// <summary>The mode "Gundam", which servers begin with.</summary>
    public static readonly ImageViews DeepSeekOcr = new(1_024, 640, 6);

    private const int PixelsPerToken = 64; // Patches of 16, of which the encoder makes one of 4 by 4.

    /// <inheritdoc/>
    public override long TokensMax => View + Crops;

    private long View => Side(ViewPixels) * (Side(ViewPixels) + 1) + 1;

    // All crops in one column end the most rows.
    private long Crops => CropsMax * Side(CropPixels) * (Side(CropPixels) + 1);

    /// <inheritdoc/>
    public override long Tokens(ImageSize size, ImageDetail detail) =>
        size.Width <= CropPixels && size.Height <= CropPixels ? View : TokensMax;

    private static long Side(int pixels) => DivideUp(pixels, PixelsPerToken);
}

/// <summary>For a model of which nobody said anything: the most that any of the published ones makes of it.</summary>
public sealed record ImageLargest : ImageRule
{
    private static readonly ImageRule[] Rules = [ImagePatches.QwenVl, ImageTiles.OpenAi, ImageViews.DeepSeekOcr];

    /// <inheritdoc/>
    public override long TokensMax => Rules.Max(rule => rule.TokensMax);

    /// <inheritdoc/>
    public override long Tokens(ImageSize size, ImageDetail detail) => Rules.Max(rule => rule.Tokens(size, detail));
}
