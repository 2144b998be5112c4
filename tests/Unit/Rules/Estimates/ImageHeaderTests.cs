using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Rules.Estimates;

public sealed class ImageHeaderTests
{
    public static TheoryData<string, byte[], int, int> Images => new()
    {
        { "PNG", Pictures.Png(1920, 1080), 1920, 1080 },
        { "PNG of the largest size", Pictures.Png(int.MaxValue, 1), int.MaxValue, 1 },
        { "GIF", Pictures.Gif(640, 480), 640, 480 },
        { "BMP", Pictures.Bmp(800, 600), 800, 600 },
        { "BMP from the top down", Pictures.Bmp(800, -600), 800, 600 },
        { "BMP of OS/2", Pictures.BmpOfOs2(320, 200), 320, 200 },
        { "WebP", Pictures.WebP(550, 368), 550, 368 },
        { "WebP, lossless", Pictures.WebPLossless(386, 395), 386, 395 },
        { "WebP, extended", Pictures.WebPExtended(70_000, 3), 70_000, 3 },
        { "JPEG", Pictures.Jpeg(4032, 3024), 4032, 3024 },
        { "JPEG, progressive", Pictures.Jpeg(4032, 3024, 0xC2), 4032, 3024 },
        { "JPEG with a profile", Pictures.Jpeg(4032, 3024, 0xC0, 100_000), 4032, 3024 },
    };

    [Theory]
    [MemberData(nameof(Images))]
    public void The_header_tells_the_size(string format, byte[] bytes, int width, int height)
    {
        Assert.True(ImageHeader.TryRead(bytes, out var size), format);

        Assert.Equal(new ImageSize(width, height), size);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Fewer_bytes_than_the_header_has_tell_no_size_or_the_same_one(
        string format, byte[] bytes, int width, int height)
    {
        var told = 0;
        for (var length = 0; length < bytes.Length; length++)
        {
            if (ImageHeader.TryRead(bytes.AsSpan(0, length), out var size))
            {
                told++;
                Assert.Equal((format, new ImageSize(width, height)), (format, size));
            }
        }

        Assert.InRange(told, 1, bytes.Length - 9);
    }

    [Fact]
    public void What_is_no_image_tells_no_size()
    {
        byte[][] none =
        [
            [], [0xFF], [0xFF, 0xD8, 0xFF], [.. "%PDF-1.7 and so on, and so on, and so on"u8], new byte[64],
            Pictures.Png(0, 5), Pictures.Png(5, 0), Pictures.Png(0x80000000, 5), Pictures.Gif(0, 1),
            Pictures.Bmp(-5, 5), Pictures.Bmp(5, 0), Pictures.Jpeg(0, 5), Pictures.Jpeg(5, 0),
            [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVEfmt and so on, and so on, and so on"u8],
            [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBPVP9 and so on, and so on, and so on"u8],
            [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0xFF, 0xE0, 0, 0, 0xFF],
        ];

        Assert.All(none, bytes => Assert.False(ImageHeader.TryRead(bytes, out _), Convert.ToHexString(bytes)));
    }
}
