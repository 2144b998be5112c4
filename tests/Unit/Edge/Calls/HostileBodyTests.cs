using System.Text;
using Sluice.Edge.Calls;
using Sluice.Rules.Estimates;
using Sluice.Unit.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Edge.Calls;

/// <summary>Bodies made to cost the edge much or the client little: neither works.</summary>
public sealed class HostileBodyTests
{
    private const int Many = 100_000;

    [Fact]
    public void A_body_nested_too_deep_is_a_mistake()
    {
        var body = $$"""{"messages":{{new string('[', Many)}}{{new string(']', Many)}}}""";

        Assert.Null(CallBodyReader.Read(Encoding.UTF8.GetBytes(body), out var mistake));
        Assert.Contains("nested deeper than 64 levels", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_found_at_any_depth_that_is_allowed()
    {
        var body = $$"""{"messages":{{new string('[', 60)}}"Hello"{{new string(']', 60)}}}""";

        Assert.Equal(5, InputReaderTests.Read(body).Text.Bytes);
    }

    [Fact]
    public void Many_messages_cost_no_memory()
    {
        var messages = string.Join(',', Enumerable.Repeat("""{"role":"user","content":"a\u0041"}""", Many));
        var bytes = Encoding.UTF8.GetBytes($$"""{"messages":[{{messages}}]}""");
        CallBodyReader.Read(bytes, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var facts = CallBodyReader.Read(bytes, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal((Many, 2L * Many), (facts!.Value.Input.Messages, facts.Value.Input.Text.Bytes));
        Assert.InRange(allocated, 0, 1_024);
    }

    [Fact]
    public void Many_images_cost_bounded_memory_and_each_counts()
    {
        var url = Pictures.DataUrl(Pictures.Png(28, 28));
        var parts = string.Join(',', Enumerable.Repeat($$"""{"image_url":"{{url}}"}""", 20_000));
        var bytes = Encoding.UTF8.GetBytes($$"""{"messages":[{"content":[{{parts}}]}]}""");

        var before = GC.GetAllocatedBytesForCurrentThread();
        var facts = CallBodyReader.Read(bytes, out _)!.Value.Input;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(20_000, facts.Images.Count + facts.ImagesOfUnknownSize);
        Assert.InRange(allocated, 0, 64 * 1_024);
        Assert.InRange(InputEstimate.Of(facts, InputRule.Default).Upper, 20_000 * 6, long.MaxValue);
    }

    /// <summary>The length of the base64 says nothing of the tokens; its header does.</summary>
    [Fact]
    public void A_huge_image_file_costs_what_its_pixels_do()
    {
        var image = new byte[6_000_000];
        Pictures.Png(280, 280).CopyTo(image, 0);

        var facts = InputReaderTests.Read(InputReaderTests.ImageBody(Pictures.DataUrl(image)));

        Assert.Equal([(new ImageSize(280, 280), ImageDetail.Auto)], facts.Images);
        Assert.Equal(0, facts.Text.Bytes);
    }

    [Fact]
    public void A_JPEG_that_hides_its_size_behind_too_much_counts_as_the_largest()
    {
        var image = Pictures.Jpeg(100, 100, 0xC0, MediaReader.JpegBytesMax + 60_000);

        var facts = InputReaderTests.Read(InputReaderTests.ImageBody(Pictures.DataUrl(image, "image/jpeg")));

        Assert.Equal((0, 1L), (facts.Images.Count, facts.ImagesOfUnknownSize));
    }

    /// <summary>
    /// Guards every index in the header readers: whatever the bytes are, they are read without an exception.
    /// </summary>
    [Fact]
    public void Damaged_media_is_read_without_an_exception()
    {
        byte[][] images =
        [
            Pictures.Png(9, 9), Pictures.Gif(9, 9), Pictures.Bmp(9, 9), Pictures.BmpOfOs2(9, 9), Pictures.WebP(9, 9),
            Pictures.WebPLossless(9, 9), Pictures.WebPExtended(9, 9), Pictures.Jpeg(9, 9),
        ];
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var image = images[random.Next(images.Length)].ToArray();
            for (var damage = random.Next(4); damage >= 0; damage--)
            {
                image[random.Next(image.Length)] = (byte)random.Next(256);
            }

            var facts = InputReaderTests.Read(
                InputReaderTests.ImageBody(Pictures.DataUrl(image[..random.Next(image.Length)])));

            Assert.Equal(1, facts.Images.Count + facts.ImagesOfUnknownSize);
            Assert.InRange(InputEstimate.Of(facts, InputRule.Default).Upper, 1, 32 + 8 + 16_386);
        }
    }

    [Fact]
    public void A_size_that_lies_is_bounded_by_what_models_make_of_any_image()
    {
        var facts = InputReaderTests.Read(
            InputReaderTests.ImageBody(Pictures.DataUrl(Pictures.Png(int.MaxValue, int.MaxValue))));

        Assert.Equal(32 + 8 + 16_386, InputEstimate.Of(facts, InputRule.Default).Upper);
    }

    [Fact]
    public void A_document_of_nothing_but_marks_is_counted_to_its_bound()
    {
        var pdf = Encoding.ASCII.GetBytes("%PDF-1.4 " + string.Concat(Enumerable.Repeat("/Type/Page", 150_000)));
        var body = $$$"""{"messages":[{"content":[{"file":{"file_data":"{{{Pictures.DataUrl(pdf)}}}"}}]}]}""";

        Assert.Equal(PageCount.PagesMax, InputReaderTests.Read(body).Pages);
    }
}
