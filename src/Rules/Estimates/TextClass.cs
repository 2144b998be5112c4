namespace Sluice.Rules.Estimates;

/// <summary>
/// How many tokens a character of some kind becomes at most in text that people and programs write. Weights are
/// sixteenths of a token. They were fitted to two published vocabularies, cl100k_base and o200k_base, over random
/// letters, base64 and printable ASCII, code, and prose in thirteen languages; digits count as in vocabularies that
/// part every digit.
/// </summary>
internal static class TextClass
{
    public const int Token = 16;

    public const byte SmallLetter = 9;
    public const byte CapitalLetter = 11;
    public const byte Other = 16;
    public const byte RepeatedSpace = 2;

    // By the first byte of a character in UTF-8. A byte that only continues a character weighs nothing.
    private static readonly byte[] Weights = MakeWeights();

    public static bool IsLetter(byte value) => IsSmallLetter((byte)(value | 0x20));

    public static bool IsSmallLetter(byte value) => (uint)(value - 'a') <= 'z' - 'a';

    public static bool IsCapitalLetter(byte value) => (uint)(value - 'A') <= 'Z' - 'A';

    public static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    /// <summary>The weight of a character that begins with this byte; 0 for a byte that begins none.</summary>
    public static byte WeightOf(byte first) => Weights[first];

    private static byte[] MakeWeights()
    {
        var weights = new byte[256];
        Array.Fill(weights, Other, 0, 0x80);
        Array.Fill(weights, SmallLetter, 'a', 26);
        Array.Fill(weights, CapitalLetter, 'A', 26);
        Array.Fill(weights, (byte)24, 0xC2, 0x1E);  // Two bytes: Latin with accents, Greek, Cyrillic, Hebrew, Arabic.
        Array.Fill(weights, (byte)48, 0xE0, 0x10);  // Three bytes, and nothing better known.
        weights[0xE0] = 24;                         // Devanagari, Thai and their neighbours.
        weights[0xE1] = 32;                         // Vietnamese, Georgian, Khmer.
        weights[0xE2] = 40;                         // Punctuation of print, arrows, mathematics, boxes.
        weights[0xE3] = 24;                         // Kana, punctuation of Chinese and Japanese.
        Array.Fill(weights, (byte)28, 0xE4, 6);     // Han characters.
        Array.Fill(weights, (byte)28, 0xEA, 4);     // Hangul.
        weights[0xEF] = 24;                         // Wide forms of ASCII.
        Array.Fill(weights, (byte)64, 0xF0, 5);     // Four bytes: emoji, rare Han characters.
        return weights;
    }
}
