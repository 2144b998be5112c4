using System.Buffers.Binary;

namespace Sluice.Rules.Estimates;

/// <summary>
/// Walks the segments of a JPEG up to the frame, which says its size. A thumbnail inside another segment is passed
/// over.
/// </summary>
internal static class JpegHeader
{
    /// <summary>Width and height; zero when the frame is not within these bytes.</summary>
    public static (long Width, long Height) SizeIn(ReadOnlySpan<byte> bytes)
    {
        var at = 2;
        while (at + 4 <= bytes.Length && bytes[at] == 0xFF)
        {
            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++; // Any number of these may stand before a marker.
                continue;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                at += 2; // A marker without a segment.
                continue;
            }

            if (IsFrame(marker))
            {
                return at + 9 > bytes.Length
                    ? default
                    : (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]),
                        BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]));
            }

            // The length counts its own two bytes; a smaller one would have the walk stand still.
            at += 2 + Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]));
        }

        return default;
    }

    private static bool IsFrame(byte marker) =>
        marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC); // Tables, an extension, conditioning.
}
