using System.Globalization;
using System.Text;
using Sluice.Rules.Estimates;

namespace Sluice.Edge.Calls;

/// <summary>Looks through the escapes of a JSON string, without making a copy of it.</summary>
internal static class JsonEscapes
{
    private const int UnicodeLength = 6; // \u and four digits.

    /// <summary>
    /// Counts a string as the text that it stands for: Chinese that is written in escapes is no longer than other
    /// Chinese. Half a character counts as a whole one.
    /// </summary>
    /// <param name="raw">What stands between the quotes; the reader has checked it.</param>
    /// <param name="text">Counts it.</param>
    public static void AddTo(ReadOnlySpan<byte> raw, ref TextTally text)
    {
        Span<byte> character = stackalloc byte[4];
        while (raw.IndexOf((byte)'\\') is var escape and >= 0)
        {
            text.Add(raw[..escape]);
            raw = raw[escape..];
            var rune = RuneAt(raw, out var length);
            text.Add(character[..rune.EncodeToUtf8(character)]);
            raw = raw[length..];
        }

        text.Add(raw);
    }

    /// <summary>Copies the beginning of a string of ASCII without its escapes and blanks.</summary>
    /// <param name="raw">What stands between the quotes; left behind what was copied.</param>
    /// <param name="into">Takes the characters; anything that is no ASCII is copied as <c>!</c>.</param>
    /// <returns>How many were copied.</returns>
    public static int CopyAscii(ref ReadOnlySpan<byte> raw, scoped Span<byte> into)
    {
        var copied = 0;
        while (copied < into.Length && !raw.IsEmpty)
        {
            var length = 1;
            var value = raw[0] == '\\' ? RuneAt(raw, out length).Value : raw[0];
            raw = raw[length..];
            if (value > ' ')
            {
                into[copied++] = value < 0x80 ? (byte)value : (byte)'!';
            }
        }

        return copied;
    }

    private static Rune RuneAt(ReadOnlySpan<byte> escape, out int length)
    {
        if (escape[1] != 'u')
        {
            length = 2;
            return new Rune(escape[1] switch
            {
                (byte)'n' => '\n',
                (byte)'t' => '\t',
                (byte)'r' => '\r',
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                var itself => (char)itself,
            });
        }

        length = UnicodeLength;
        var first = UnitAt(escape);
        if (char.IsHighSurrogate(first) && escape[UnicodeLength..].StartsWith("\\u"u8)
            && Rune.TryCreate(first, UnitAt(escape[UnicodeLength..]), out var pair))
        {
            length = 2 * UnicodeLength;
            return pair;
        }

        return Rune.TryCreate(first, out var rune) ? rune : Rune.ReplacementChar;
    }

    private static char UnitAt(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..UnicodeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
