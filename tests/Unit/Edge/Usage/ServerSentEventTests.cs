using System.Text;
using Sluice.Edge.Usage;
using Xunit;

namespace Sluice.Unit.Edge.Usage;

public sealed class ServerSentEventTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("data: {}", 0)]
    [InlineData("data: {}\n", 0)]
    [InlineData("data: {}\n\n", 10)]
    [InlineData("data: {}\n\ndata: {}\n\n", 10)]
    [InlineData("data: {}\r\n", 0)]
    [InlineData("data: {}\r\n\r", 0)]
    [InlineData("data: {}\r\n\r\n", 12)]
    [InlineData("data: {}\n\r\n", 11)]
    [InlineData("event: x\ndata: {}\n\nmore", 19)]
    public void An_event_ends_with_its_blank_line(string bytes, int length) =>
        Assert.Equal(length, ServerSentEvent.LengthOfFirst(Encoding.UTF8.GetBytes(bytes)));

    [Theory]
    [InlineData("""data: {"choices":[{"delta":{"content":"Hi"}}]}""", "Part")]
    [InlineData("""data:{"choices":[]}""", "Part")]
    [InlineData("""data: {"choices":[{"delta":{}}],"usage":null}""", "Part")]
    [InlineData("""data: {"choices":[],"usage" : null}""", "Part")]
    [InlineData("""data: {"choices":[{"delta":{"content":"my \"usage\":{}"}}]}""", "Part")]
    [InlineData("""data: {"choices":[{"delta":{"content":"usage"}}],"x":"usage"}""", "Part")]
    [InlineData(": keep-alive", "Part")]
    [InlineData("event: message\nid: 1\nretry: 5\n: note\ndata: {}", "Part")]
    [InlineData("data: [DONE]", "Done")]
    [InlineData("data:[DONE]\r", "Done")]
    [InlineData("data:", "Garbage")]
    [InlineData("data: ", "Garbage")]
    [InlineData("data: Internal Server Error", "Garbage")]
    [InlineData("data: [1]", "Garbage")]
    [InlineData("<html>", "Garbage")]
    [InlineData("data: {}\nwhat is this", "Garbage")]
    [InlineData("""data: {"usage":{"prompt_tokens":1}""", "Garbage")]
    [InlineData("""data: {"usage":{}} {}""", "Garbage")]
    public void An_event_is_what_its_data_says(string text, string kind)
    {
        var judged = ServerSentEvent.Judge(Encoding.UTF8.GetBytes(text + "\n\n"), out var usage);

        Assert.Equal(kind, judged.ToString());
        Assert.Null(usage);
    }

    [Theory]
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}""", "UsageOnly")]
    [InlineData("""{"usage" :{"completion_tokens":5,"prompt_tokens":3},"choices":[ ]}""", "UsageOnly")]
    [InlineData("""{"choices":[{"index":0}],"usage":{"prompt_tokens":3,"completion_tokens":5}}""", "Part")]
    [InlineData("""{"type":"response","usage":{"input_tokens":3,"output_tokens":5}}""", "Part")]
    public void Usage_is_read_and_only_a_chunk_without_choices_is_nothing_else(string data, string kind)
    {
        var judged = ServerSentEvent.Judge(Encoding.UTF8.GetBytes($"data: {data}\n\n"), out var usage);

        Assert.Equal(kind, judged.ToString());
        Assert.Equal(new TokenUsage(3, 5), usage);
    }
}
