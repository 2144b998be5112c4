namespace Sluice.Rules.Estimates;

/// <summary>An image's size in pixels, as its header says.</summary>
/// <param name="Width">1 to 2^31 - 1.</param>
/// <param name="Height">1 to 2^31 - 1.</param>
public readonly record struct ImageSize(int Width, int Height);

/// <summary>How closely a model shall look at an image; OpenAI's <c>detail</c>.</summary>
public enum ImageDetail
{
    /// <summary>Not said, or <c>auto</c>: the model may look as closely as it can, so it counts as high.</summary>
    Auto = 0,

    /// <summary>A small copy of the image.</summary>
    Low = 1,

    /// <summary>As closely as the model can.</summary>
    High = 2,
}
