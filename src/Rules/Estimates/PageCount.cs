namespace Sluice.Rules.Estimates;

/// <summary>
/// Counts the pages of a PDF without reading it: from the bytes, given piece by piece, in which its page tree or its
/// pages may stand. A file that keeps them compressed says nothing here, and a file can lie; what it really took is
/// settled afterwards.
/// </summary>
/// <remarks>
/// A mutable value. Pieces must overlap by <see cref="Overlap"/> bytes, which count with the later one.
/// </remarks>
public struct PageCount
{
    /// <summary>Bytes that a piece repeats of the one before it, so that no mark is cut in two.</summary>
    public const int Overlap = 32;

    /// <summary>No document has more; a number beyond it is nonsense.</summary>
    public const long PagesMax = 100_000;

    private long _objects;
    private long _counts;

    /// <summary>The pages found; null when there were none.</summary>
    public readonly long? Pages => Math.Max(_objects, _counts) is var pages and > 0 ? pages : null;

    /// <summary>True for the beginning of a PDF; readers allow some bytes before its mark.</summary>
    public static bool IsPdf(ReadOnlySpan<byte> bytes) =>
        bytes[..Math.Min(bytes.Length, 1_024)].IndexOf("%PDF-"u8) >= 0;

    /// <summary>
    /// Looks through a piece; marks that begin in its last <see cref="Overlap"/> bytes are left to the next.
    /// </summary>
    /// <param name="piece">The bytes.</param>
    /// <param name="isLast">True: nothing follows, so that the last bytes count too.</param>
    public void Add(ReadOnlySpan<byte> piece, bool isLast)
    {
        var end = isLast ? piece.Length : piece.Length - Overlap;
        var at = 0;
        while (at < end && piece[at..].IndexOf((byte)'/') is var slash and >= 0)
        {
            at += slash;
            if (at >= end)
            {
                return;
            }

            var name = piece[(at + 1)..];
            if (name.StartsWith("Type"u8) && IsPage(name["Type".Length..]))
            {
                _objects = Math.Min(_objects + 1, PagesMax);
            }
            else if (name.StartsWith("Count"u8) && NumberIn(name["Count".Length..]) is var count and <= PagesMax)
            {
                _counts = Math.Max(_counts, count); // The root of the tree has the largest one.
            }

            at++;
        }
    }

    private static bool IsPage(ReadOnlySpan<byte> value)
    {
        value = value.TrimStart(" \r\n\t"u8);
        return value.StartsWith("/Page"u8) && (value.Length == 5 || !char.IsAsciiLetter((char)value[5]));
    }

    private static long NumberIn(ReadOnlySpan<byte> value)
    {
        long number = 0;
        foreach (var digit in value.TrimStart(" \r\n\t"u8))
        {
            if (!char.IsAsciiDigit((char)digit) || number > PagesMax)
            {
                break;
            }

            number = number * 10 + (digit - '0');
        }

        return number;
    }
}
