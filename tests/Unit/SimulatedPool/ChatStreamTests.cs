using System.Text;
using System.Text.Json;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class ChatStreamTests
{
    private const string Path = "/v1/chat/completions";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_has_the_role_then_a_chunk_per_token_then_the_reason_then_the_end_mark(bool steps)
    {
        await using var pool = await RunningPool.StartAsync(steps ? RunningPool.Stepping : RunningPool.Instant);

        var events = await pool.EventsAsync(Path, RunningPool.Chat("\"stream\":true,\"max_tokens\":3"));

        Assert.Equal("[DONE]", events[^1]);
        var chunks = events[..^1].ConvertAll(Parse);
        Assert.Equal(1 + 3 + 1, chunks.Count);
        Assert.Equal("assistant", DeltaOf(chunks[0]).GetProperty("role").GetString());
        Assert.All(chunks[1..^1], chunk => Assert.Equal(["content"], MembersOf(DeltaOf(chunk))));
        Assert.Empty(DeltaOf(chunks[^1]).EnumerateObject());
        Assert.Equal([null, null, null, null, "length"], chunks.ConvertAll(ReasonOf));
        Assert.Single(chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task A_stream_says_what_the_whole_reply_says()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Stepping);
        var whole = await pool.JsonAsync(Path, RunningPool.Chat());

        var events = await pool.EventsAsync(Path, RunningPool.Chat("\"stream\":true"));

        var pieces = events[1..^2].Select(data => DeltaOf(Parse(data)).GetProperty("content").GetString());
        var message = whole.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(message.GetProperty("content").GetString(), string.Concat(pieces));
    }

    /// <summary>Guards OpenAI's rule to the letter: null in every chunk, one more chunk without choices.</summary>
    [Fact]
    public async Task Usage_that_is_asked_for_comes_in_a_last_chunk_without_choices()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        var body = RunningPool.Chat("\"stream\":true,\"max_tokens\":3,\"stream_options\":{\"include_usage\":true}");

        var chunks = (await pool.EventsAsync(Path, body))[..^1].ConvertAll(Parse);

        Assert.Equal(1 + 3 + 1 + 1, chunks.Count);
        Assert.All(chunks[..^1], chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(3, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(9, chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"stream\":true")]
    [InlineData("\"stream\":true,\"stream_options\":{}")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_usage\":false}")]
    public async Task Usage_that_is_not_asked_for_is_not_even_a_member(string more)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        var chunks = (await pool.EventsAsync(Path, RunningPool.Chat(more)))[..^1].ConvertAll(Parse);

        Assert.All(chunks, chunk => Assert.False(chunk.TryGetProperty("usage", out _)));
    }

    [Fact]
    public async Task A_completion_streams_text_and_usage()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        var body = $$$"""
            {"model":"{{{RunningPool.Model}}}","prompt":"Once","stream":true,"max_tokens":2,
            "stream_options":{"include_usage":true}}
            """;

        var events = await pool.EventsAsync("/v1/completions", body);

        Assert.Equal("[DONE]", events[^1]);
        var chunks = events[..^1].ConvertAll(Parse);
        Assert.Equal(2 + 1 + 1, chunks.Count);
        Assert.All(chunks[..2], chunk => Assert.Equal(4, Encoding.UTF8.GetByteCount(TextOf(chunk))));
        Assert.Equal("length", ReasonOf(chunks[2]));
        Assert.Equal(3, chunks[3].GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    private static JsonElement Parse(string data)
    {
        using var document = JsonDocument.Parse(data);
        return document.RootElement.Clone();
    }

    private static JsonElement DeltaOf(JsonElement chunk) => chunk.GetProperty("choices")[0].GetProperty("delta");

    private static IEnumerable<string> MembersOf(JsonElement value) =>
        value.EnumerateObject().Select(member => member.Name);

    private static string TextOf(JsonElement chunk) => chunk.GetProperty("choices")[0].GetProperty("text").GetString()!;

    private static string? ReasonOf(JsonElement chunk) =>
        chunk.GetProperty("choices")[0].GetProperty("finish_reason").GetString();
}
