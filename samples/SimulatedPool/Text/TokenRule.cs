namespace Sluice.SimulatedPool.Text;

/// <summary>
/// How the pool counts tokens: four bytes of UTF-8 are one token, rounded up per text; a chat message costs four more
/// for its frame; an image costs 256 whatever its size, as a page does in the base mode of DeepSeek-OCR.
/// </summary>
/// <remarks>Answers are written so that the rule gives their token count too, see <see cref="AnswerText"/>.</remarks>
internal static class TokenRule
{
    public const int BytesPerToken = 4;
    public const int TokensPerMessage = 4;
    public const int TokensPerImage = 256;

    /// <param name="textBytes">Length in UTF-8, 0 or more; an empty text has no tokens.</param>
    public static int OfText(int textBytes) => (textBytes + BytesPerToken - 1) / BytesPerToken;
}
