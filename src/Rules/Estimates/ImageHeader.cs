using static System.Buffers.Binary.BinaryPrimitives;

namespace Sluice.Rules.Estimates;

/// <summary>
/// Reads an image's size from its first bytes: PNG, GIF, BMP, WebP and JPEG. The pixels are never decoded. Decoders
/// believe the same headers, so one that lies makes its own image as small as it says.
/// </summary>
public static class ImageHeader
{
    /// <summary>Bytes that are enough for every format but JPEG, whose size may stand behind other segments.</summary>
    public const int BytesMostNeed = 64;

    /// <summary>
    /// False when the bytes are no image of these formats, or are too few, or say a size that is none.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ImageSize size)
    {
        var (width, height) = IsJpeg(bytes) ? JpegHeader.SizeIn(bytes) : SizeIn(bytes);
        size = new ImageSize((int)width, (int)height);
        return width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue;
    }

    /// <summary>True: a JPEG begins here, whose size may need more bytes than <see cref="BytesMostNeed"/>.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    private static (long Width, long Height) SizeIn(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            return bytes.Length < 24 || !bytes[12..].StartsWith("IHDR"u8)
                ? default
                : (ReadUInt32BigEndian(bytes[16..]), ReadUInt32BigEndian(bytes[20..]));
        }

        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
        {
            return bytes.Length < 10
                ? default
                : (ReadUInt16LittleEndian(bytes[6..]), ReadUInt16LittleEndian(bytes[8..]));
        }

        if (bytes.StartsWith("BM"u8))
        {
            return SizeInBitmap(bytes);
        }

        return bytes.StartsWith("RIFF"u8) && bytes.Length >= 30 && bytes[8..].StartsWith("WEBP"u8)
            ? SizeInWebP(bytes[12..])
            : default;
    }

    private static (long Width, long Height) SizeInBitmap(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 26)
        {
            return default;
        }

        var ofOs2 = ReadUInt32LittleEndian(bytes[14..]) == 12;
        return ofOs2
            ? (ReadUInt16LittleEndian(bytes[18..]), ReadUInt16LittleEndian(bytes[20..]))
            : (ReadInt32LittleEndian(bytes[18..]),
                Math.Abs((long)ReadInt32LittleEndian(bytes[22..]))); // Below zero: from the top down.
    }

    private static (long Width, long Height) SizeInWebP(ReadOnlySpan<byte> chunk)
    {
        var data = chunk[8..];
        if (chunk.StartsWith("VP8 "u8) && data[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
        {
            return (ReadUInt16LittleEndian(data[6..]) & 0x3FFF,
                ReadUInt16LittleEndian(data[8..]) & 0x3FFF);
        }

        if (chunk.StartsWith("VP8L"u8) && data[0] == 0x2F)
        {
            var bits = ReadUInt32LittleEndian(data[1..]);
            return ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
        }

        return chunk.StartsWith("VP8X"u8) ? (Number24(data[4..]) + 1, Number24(data[7..]) + 1) : default;
    }

    private static int Number24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
