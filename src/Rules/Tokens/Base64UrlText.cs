using System.Buffers;
using System.Buffers.Text;

namespace Sluice.Rules.Tokens;

/// <summary>Base 64 for URLs without padding (RFC 7515, section 2), in its one canonical form.</summary>
public static class Base64UrlText
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> OfAlphabet = SearchValues.Create(Alphabet);

    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>
    /// The bytes; null for anything that <see cref="Encode"/> would not write: padding, white space, characters of
    /// other alphabets, a length that no bytes have, and last bits that are not zero. Otherwise one token would have
    /// many texts, and a list of texts would not stop it.
    /// </summary>
    public static byte[]? TryDecode(ReadOnlySpan<char> text)
    {
        var rest = text.Length % 4;
        if (rest == 1 || text.ContainsAnyExcept(OfAlphabet))
        {
            return null;
        }

        var unused = rest switch { 2 => 0b1111, 3 => 0b11, _ => 0 };
        return unused != 0 && (Alphabet.IndexOf(text[^1], StringComparison.Ordinal) & unused) != 0
            ? null
            : Base64Url.DecodeFromChars(text);
    }
}
