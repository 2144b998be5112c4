using System.Buffers.Binary;

namespace Sluice.Unit.Rules.Estimates;

/// <summary>Headers of images as encoders write them, with a few bytes behind them; the pixels are left out.</summary>
internal static class Pictures
{
    private static readonly byte[] Behind = new byte[40];

    public static byte[] Png(uint width, uint height) =>
    [
        0x89, .. "PNG"u8, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, .. Big32(width), .. Big32(height),
        8, 2, 0, 0, 0, .. Behind,
    ];

    public static byte[] Gif(ushort width, ushort height) =>
        [.. "GIF89a"u8, .. Little16(width), .. Little16(height), 0xF7, 0, 0, .. Behind];

    public static byte[] Bmp(int width, int height) =>
        [.. "BM"u8, .. new byte[12], 40, 0, 0, 0, .. Little32(width), .. Little32(height), .. Behind];

    public static byte[] BmpOfOs2(ushort width, ushort height) =>
        [.. "BM"u8, .. new byte[12], 12, 0, 0, 0, .. Little16(width), .. Little16(height), .. Behind];

    public static byte[] WebP(ushort width, ushort height) => InWebP(
        "VP8 "u8, [0x30, 0x01, 0x00, 0x9D, 0x01, 0x2A, .. Little16((ushort)(width | 0x4000)), .. Little16(height)]);

    public static byte[] WebPLossless(int width, int height) =>
        InWebP("VP8L"u8, [0x2F, .. Little32((width - 1) | ((height - 1) << 14))]);

    public static byte[] WebPExtended(int width, int height) =>
        InWebP("VP8X"u8, [0x10, 0, 0, 0, .. Little32(width - 1)[..3], .. Little32(height - 1)[..3]]);

    /// <summary>With a thumbnail of another size before the frame, and so many bytes of profile.</summary>
    public static byte[] Jpeg(ushort width, ushort height, byte frame = 0xC0, int profileBytes = 0)
    {
        byte[] thumbnail = [0xFF, 0xD8, .. Frame(0xC0, 160, 120), 0xFF, 0xD9];
        var jpeg = new List<byte> { 0xFF, 0xD8 };
        jpeg.AddRange(Segment(0xE0, [.. "JFIF"u8, 0, 1, 2, 0, 0, 1, 0, 1, 0, 0]));
        jpeg.AddRange(Segment(0xE1, [.. "Exif"u8, 0, 0, .. thumbnail]));
        for (; profileBytes > 0; profileBytes -= 60_000)
        {
            jpeg.AddRange(Segment(0xE2, new byte[Math.Min(profileBytes, 60_000)]));
        }

        jpeg.AddRange(Segment(0xC4, new byte[28]));
        jpeg.AddRange([0xFF, .. Frame(frame, width, height), .. Behind]);
        return [.. jpeg];
    }

    /// <summary>As a client puts it into a body.</summary>
    public static string DataUrl(byte[] image, string type = "image/png") =>
        $"data:{type};base64,{Convert.ToBase64String(image)}";

    private static byte[] Frame(byte marker, ushort width, ushort height) =>
        Segment(marker, [8, .. Big16(height), .. Big16(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);

    private static byte[] Segment(byte marker, byte[] data) =>
        [0xFF, marker, .. Big16((ushort)(data.Length + 2)), .. data];

    private static byte[] InWebP(ReadOnlySpan<byte> chunk, byte[] data) =>
        [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. chunk, .. Little32(data.Length), .. data, .. Behind];

    private static byte[] Big16(ushort value) => Bytes(2, bytes => BinaryPrimitives.WriteUInt16BigEndian(bytes, value));

    private static byte[] Big32(uint value) => Bytes(4, bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes, value));

    private static byte[] Little16(ushort value) =>
        Bytes(2, bytes => BinaryPrimitives.WriteUInt16LittleEndian(bytes, value));

    private static byte[] Little32(int value) =>
        Bytes(4, bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes, value));

    private static byte[] Bytes(int length, Action<byte[]> write)
    {
        var bytes = new byte[length];
        write(bytes);
        return bytes;
    }
}
