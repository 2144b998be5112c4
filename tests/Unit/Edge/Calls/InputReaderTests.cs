using System.Text;
using Sluice.Edge.Calls;
using Sluice.Rules.Estimates;
using Sluice.Unit.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Edge.Calls;

public sealed class InputReaderTests
{
    private const string TinyPng = "iVBORw0KGgo"; // Too short to tell a size.

    /// <summary>Which texts of a body a model reads: their bytes, all together.</summary>
    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hello"}]}""", 5)]
    [InlineData("""{"messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":null}]}""", 5)]
    [InlineData("""{"messages":[{"content":[{"type":"text","text":"Hello"},{"type":"text","text":"you"}]}]}""", 8)]
    [InlineData("""{"messages":[{"name":"Ann","content":"Hello"}]}""", 8)]
    [InlineData("""{"messages":[{"tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]}]}""", 3)]
    [InlineData("""{"messages":[{"content":[{"type":"strange","strange":{"deep":["Hello",7]}}]}]}""", 6)]
    [InlineData("""{"messages":[{"role":"this is no role but a text that is read","content":""}]}""", 39)]
    [InlineData("""{"messages":"Hello"}""", 5)]
    [InlineData("""{"messages":[]}""", 0)]
    [InlineData("""{"prompt":"Hello"}""", 5)]
    [InlineData("""{"prompt":["Hello","you"],"suffix":"end"}""", 8 + 3 + 4)]
    [InlineData("""{"input":"Hello"}""", 5)]
    [InlineData("""{"input":["Hello","you"]}""", 8)]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_text","text":"Hello"}]}]}""", 5)]
    [InlineData("""{"input":"Hello","instructions":"Be brief."}""", 5 + 9 + 4)]
    [InlineData("""{"messages":[{"content":"中文"}]}""", 6)]
    [InlineData("""{"messages":[{"content":"\u4e2d\u6587"}]}""", 6)]
    [InlineData("""{"messages":[{"content":"\ud83d\udc4d"}]}""", 4)]
    [InlineData("""{"messages":[{"content":"a\n\t\"\\\/\b\f\rb"}]}""", 10)]
    [InlineData("""{"messages":[{"content":"\ud83d half, \udc4d half"}]}""", 3 + 7 + 3 + 5)]
    [InlineData("""{"m\u0065ssages":[{"cont\u0065nt":"Hello"}]}""", 5)]
    [InlineData("""{"messages":[{"rol\u0065":"user","\ud800":"Hello"}]}""", 5)]
    [InlineData("""{"model":"m","user":"somebody","metadata":{"a":"text"},"stop":["x"],"logit_bias":{"5":1}}""", 0)]
    public void The_texts_that_a_model_reads_are_counted_and_no_others(string body, long bytes) =>
        Assert.Equal(bytes, Read(body).Text.Bytes);

    [Theory]
    [InlineData("""{"tools":[{"type":"function","function":{"name":"f"}}]}""")]
    [InlineData("""{"functions":[{"name":"f","parameters":{"type":"object","properties":{}}}]}""")]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"a":[1,2.5,true,null,"x"]}}}""")]
    [InlineData("""{"text":{"format":{"type":"json_schema","name":"n","schema":{}}}}""")]
    [InlineData("""{"documents":[{"title":"t","text":"Hello"}]}""")]
    public void Definitions_count_as_the_JSON_that_a_template_would_write(string body)
    {
        var value = body[(body.IndexOf(':', StringComparison.Ordinal) + 1)..^1];

        var shown = value.Replace(",", ", ", StringComparison.Ordinal);
        Assert.InRange(Read(body).Text.Bytes, shown.Length, 3 * shown.Length);
    }

    [Theory]
    [InlineData("""{"tools":[{"type":"function"}]}""", true)]
    [InlineData("""{"functions":[{}]}""", true)]
    [InlineData("""{"tools":null}""", false)]
    [InlineData("""{"messages":[]}""", false)]
    public void Tools_are_noticed(string body, bool hasTools) => Assert.Equal(hasTools, Read(body).HasTools);

    [Theory]
    [InlineData("""{"messages":[{"content":"a"},{"content":[{"type":"text","text":"b"}]},{}]}""", 3, 0, 0)]
    [InlineData("""{"input":[{"role":"user","content":"a"},{"type":"function_call_output","output":"b"}]}""", 2, 0, 0)]
    [InlineData("""{"prompt":"a"}""", 0, 0, 0)]
    [InlineData("""{"prompt":["a","b","c"]}""", 0, 3, 0)]
    [InlineData("""{"prompt":[1,2,3]}""", 0, 0, 3)]
    [InlineData("""{"input":[[1,2,3],[4]]}""", 0, 2, 4)]
    [InlineData("""{"messages":[7]}""", 0, 0, 0)]
    public void Messages_prompts_and_token_numbers_are_counted(string body, long messages, long prompts, long numbers)
    {
        var facts = Read(body);

        Assert.Equal((messages, prompts, numbers), (facts.Messages, facts.Prompts, facts.TokenNumbers));
    }

    [Theory]
    [InlineData("""{"previous_response_id":"resp_1","input":"a"}""", true)]
    [InlineData("""{"conversation":{"id":"conv_1"},"input":"a"}""", true)]
    [InlineData("""{"prompt":{"id":"pmpt_1","variables":{"x":"y"}}}""", true)]
    [InlineData("""{"previous_response_id":null,"input":"a"}""", false)]
    public void A_conversation_that_the_pool_keeps_is_noticed(string body, bool continues) =>
        Assert.Equal(continues, Read(body).ContinuesConversation);

    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"URL"}}""", ImageDetail.Auto)]
    [InlineData("""{"type":"image_url","image_url":{"url":"URL","detail":"low"}}""", ImageDetail.Low)]
    [InlineData("""{"type":"image_url","image_url":{"detail":"low","url":"URL"}}""", ImageDetail.Low)]
    [InlineData("""{"type":"image_url","image_url":{"detail":"high","url":"URL"}}""", ImageDetail.Auto)]
    [InlineData("""{"detail":"low"},{"image_url":"URL"}""", ImageDetail.Auto)]
    [InlineData("""{"image_url":{"url":"URL"},"detail":"low"}""", ImageDetail.Auto)]
    [InlineData("""{"type":"input_image","image_url":"URL","detail":"low"}""", ImageDetail.Low)]
    [InlineData("""{"type":"input_image","detail":"low","image_url":"URL"}""", ImageDetail.Low)]
    [InlineData("""{"type":"image","image":"URL"}""", ImageDetail.Auto)]
    public void An_image_is_found_with_its_size_and_its_detail(string parts, ImageDetail detail)
    {
        var url = Pictures.DataUrl(Pictures.Png(300, 200));

        var facts = Read(PartBody(parts.Replace("URL", url, StringComparison.Ordinal)));

        Assert.Equal([(new ImageSize(300, 200), detail)], facts.Images);
        Assert.Equal((0, 0L), (facts.ImagesOfUnknownSize, facts.Text.Bytes));
    }

    [Fact]
    public void An_image_without_an_address_around_it_is_found_too()
    {
        var data = Convert.ToBase64String(Pictures.Gif(300, 200));

        var facts = Read(PartBody($$$"""{"source":{"type":"base64","data":"{{{data}}}"}}"""));

        Assert.Equal([(new ImageSize(300, 200), ImageDetail.Auto)], facts.Images);
    }

    /// <summary>Guards clients whose JSON writer escapes what base64 has: a slash, a plus, anything.</summary>
    [Theory]
    [InlineData("/", "\\/")]
    [InlineData("+", "\\u002B")]
    [InlineData("A", "\\u0041")]
    public void An_image_may_be_written_in_any_way_that_JSON_allows(string plain, string escaped)
    {
        var image = Pictures.Jpeg(4032, 3024, 0xC0, 60_000);
        var url = Pictures.DataUrl([.. image, .. new byte[3] { 0xFB, 0xEF, 0xFF }], "image/jpeg");

        var facts = Read(ImageBody(url.Replace(plain, escaped, StringComparison.Ordinal)));

        Assert.Equal([(new ImageSize(4032, 3024), ImageDetail.Auto)], facts.Images);
    }

    [Theory]
    [InlineData("https://example.org/a.png")]
    [InlineData("")]
    [InlineData("data:")]
    [InlineData("data:image/png;base64,")]
    [InlineData("data:image/png;base64,####")]
    [InlineData("data:image/png;base64," + TinyPng)]
    [InlineData("data:image/png," + TinyPng)]
    [InlineData("data:text/plain;base64,SGVsbG8sIHRoaXMgaXMgbm8gaW1hZ2UgYXQgYWxsLCBidXQgYSB0ZXh0LCBhIHRleHQ=")]
    [InlineData("\\u0064ata:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAASwAAADICAIAAAA=")]
    public void An_image_that_tells_no_size_is_no_mistake(string url)
    {
        var facts = Read(ImageBody(url));

        Assert.Equal((0, 1L, 0L), (facts.Images.Count, facts.ImagesOfUnknownSize, facts.Text.Bytes));
    }

    [Theory]
    [InlineData("""{"type":"file","file":{"file_data":"PDF"}}""", 3, 0)]
    [InlineData("""{"type":"input_file","file_data":"PDF"}""", 3, 0)]
    [InlineData("""{"type":"input_file","file_url":"https://example.org/a.pdf"}""", 0, 1)]
    [InlineData("""{"type":"file","file":{"file_id":"file-1"}}""", 0, 1)]
    [InlineData("""{"type":"file","file":{"file_data":"data:text/plain;base64,SGk="}}""", 0, 1)]
    [InlineData("""{"type":"file","file":{"file_data":""}}""", 0, 1)]
    public void Documents_are_found_with_their_pages(string part, long pages, long unknown)
    {
        var page = string.Concat(Enumerable.Repeat("stream of a page ", 1_000));
        var pdf = Encoding.ASCII.GetBytes($"%PDF-1.4 /Type /Page {page} /Type /Page {page} /Type /Pages /Count 3");

        var facts = Read(
            PartBody(part.Replace("PDF", Pictures.DataUrl(pdf, "application/pdf"), StringComparison.Ordinal)));

        Assert.Equal((pages, unknown), (facts.Pages, facts.DocumentsOfUnknownLength));
        Assert.Equal(0, facts.Text.Bytes);
    }

    [Theory]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}""")]
    [InlineData("""{"type":"video_url","video_url":{"url":"https://example.org/a.mp4"}}""")]
    [InlineData("""{"type":"video","video":"https://example.org/a.mp4"}""")]
    [InlineData("""{"source":{"type":"base64","data":"AAAA"}}""")]
    public void Sounds_and_films_are_counted_whatever_they_hold(string part)
    {
        var facts = Read(PartBody(part));

        Assert.Equal((1L, 0, 0L), (facts.OtherMedia, facts.Images.Count, facts.ImagesOfUnknownSize));
    }

    internal static string ImageBody(string url) => PartBody($$$"""{"image_url":{"url":"{{{url}}}"}}""");

    private static string PartBody(string parts) => $$"""{"messages":[{"content":[{{parts}}]}]}""";

    internal static InputFacts Read(string body)
    {
        var facts = CallBodyReader.Read(Encoding.UTF8.GetBytes(body), out var mistake);
        Assert.Null(mistake);
        return facts!.Value.Input;
    }
}
