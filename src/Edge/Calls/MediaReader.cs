using System.Buffers;
using System.Text.Json;
using Sluice.Rules.Estimates;

namespace Sluice.Edge.Calls;

/// <summary>
/// What an image or a document in a body costs to read, from the little that must be decoded of it. What cannot be read
/// is no mistake: the pool may know it, so it counts as the largest there is.
/// </summary>
internal static class MediaReader
{
    /// <summary>
    /// Decoded bytes of a JPEG that are searched for its size; before it may stand a thumbnail and a colour profile.
    /// </summary>
    public const int JpegBytesMax = 128 * 1024;

    private const int PrefixMax = 256; // What may stand before a data URL's comma.

    /// <summary>
    /// The size of the image in a data URL; null for any other address, and for data that tells no size.
    /// </summary>
    public static ImageSize? SizeOf(in Utf8JsonReader reader) =>
        DataOf(reader.ValueSpan) is { IsEmpty: false } data ? SizeOf(data, reader.ValueIsEscaped) : null;

    /// <summary>The size of the image in base64 without an address around it.</summary>
    public static ImageSize? SizeOfBase64(in Utf8JsonReader reader) => SizeOf(reader.ValueSpan, reader.ValueIsEscaped);

    /// <summary>The pages of the PDF in a data URL, or in base64; null for anything else.</summary>
    public static long? PagesOf(in Utf8JsonReader reader)
    {
        var data = DataOf(reader.ValueSpan);
        var base64 = new Base64Reader(data.IsEmpty ? reader.ValueSpan : data, reader.ValueIsEscaped);
        Span<byte> piece = stackalloc byte[PageCount.Overlap + Base64Reader.BytesMax];
        var length = base64.Read(piece);
        if (!PageCount.IsPdf(piece[..length]))
        {
            return null;
        }

        var pages = default(PageCount);
        while (true)
        {
            pages.Add(piece[..length], isLast: false);
            var kept = Math.Min(PageCount.Overlap, length);
            piece[(length - kept)..length].CopyTo(piece);
            var read = base64.Read(piece[kept..]);
            if (read == 0)
            {
                pages.Add(piece[..kept], isLast: true);
                return pages.Pages;
            }

            length = kept + read;
        }
    }

    private static ImageSize? SizeOf(ReadOnlySpan<byte> base64, bool isEscaped)
    {
        Span<byte> header = stackalloc byte[ImageHeader.BytesMostNeed / 3 * 3];
        var start = new Base64Reader(base64, isEscaped);
        header = header[..start.Fill(header)];
        if (!ImageHeader.IsJpeg(header))
        {
            return ImageHeader.TryRead(header, out var size) ? size : null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(JpegBytesMax);
        try
        {
            var again = new Base64Reader(base64, isEscaped);
            var bytes = buffer.AsSpan(0, again.Fill(buffer.AsSpan(0, JpegBytesMax)));
            return ImageHeader.TryRead(bytes, out var size) ? size : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What stands behind the comma of a data URL in base64; empty for any other text.</summary>
    private static ReadOnlySpan<byte> DataOf(ReadOnlySpan<byte> address)
    {
        var beginning = address[..Math.Min(address.Length, PrefixMax)];
        var comma = beginning.IndexOf((byte)',');
        return comma >= 0 && IsData(beginning[..comma]) ? address[(comma + 1)..] : default;
    }

    private static bool IsData(ReadOnlySpan<byte> prefix) =>
        prefix.Length >= 5
        && System.Text.Ascii.EqualsIgnoreCase(prefix[..5], "data:"u8)
        && prefix.EndsWith(";base64"u8);
}
