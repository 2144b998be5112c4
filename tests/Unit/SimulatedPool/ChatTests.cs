using System.Net;
using System.Text;
using System.Text.Json;
using Sluice.SimulatedPool.Text;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class ChatTests
{
    private const string Path = "/v1/chat/completions";

    [Fact]
    public async Task A_reply_has_the_shape_that_SDKs_parse()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        var reply = await pool.JsonAsync(Path, RunningPool.Chat());

        Assert.StartsWith("chatcmpl-", reply.GetProperty("id").GetString());
        Assert.Equal("chat.completion", reply.GetProperty("object").GetString());
        Assert.Equal(RunningPool.Model, reply.GetProperty("model").GetString());
        var choice = Assert.Single(reply.GetProperty("choices").EnumerateArray());
        Assert.Equal("assistant", choice.GetProperty("message").GetProperty("role").GetString());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
    }

    [Fact]
    public async Task Usage_counts_four_bytes_as_a_token_and_four_tokens_for_a_message()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        var reply = await pool.JsonAsync(Path, RunningPool.Chat());

        var usage = reply.GetProperty("usage");
        var bytes = Encoding.UTF8.GetByteCount(TextOf(reply));
        Assert.Equal(2 + 4, usage.GetProperty("prompt_tokens").GetInt32()); // "Hello" is 5 bytes.
        Assert.Equal(TokenRule.OfText(bytes), usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(6 + TokenRule.OfText(bytes), usage.GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"max_tokens\":5", 5)]
    [InlineData("\"max_completion_tokens\":3", 3)]
    [InlineData("\"max_tokens\":5,\"max_completion_tokens\":3", 3)]
    [InlineData("\"max_tokens\":200,\"ignore_eos\":true", 200)]
    public async Task The_token_limit_ends_the_answer(string limit, int tokens)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        var reply = await pool.JsonAsync(Path, RunningPool.Chat(limit));

        Assert.Equal("length", reply.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(tokens, reply.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_answer_ends_before_a_stop_sequence(bool asList)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        var whole = TextOf(await pool.JsonAsync(Path, RunningPool.Chat()));
        var stop = whole.Split(' ')[3];
        var quoted = JsonSerializer.Serialize(asList ? (object)new[] { "never said", stop } : stop);

        var reply = await pool.JsonAsync(Path, RunningPool.Chat($"\"stop\":{quoted}"));

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], TextOf(reply));
        Assert.Equal("stop", reply.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task The_same_request_gets_the_same_text_from_any_pool_and_another_request_another()
    {
        await using var one = await RunningPool.StartAsync(RunningPool.Instant);
        await using var other = await RunningPool.StartAsync(RunningPool.Stepping);

        var first = TextOf(await one.JsonAsync(Path, RunningPool.Chat()));

        Assert.Equal(first, TextOf(await one.JsonAsync(Path, RunningPool.Chat())));
        Assert.Equal(first, TextOf(await other.JsonAsync(Path, RunningPool.Chat("\"temperature\":1.5"))));
        Assert.NotEqual(first, TextOf(await one.JsonAsync(Path, RunningPool.Chat(content: "\"Jello\""))));
    }

    [Theory]
    [InlineData("data:image/png;base64,iVBORw0KGgo=")]
    [InlineData("https://images.invalid/page.png")]
    public async Task Images_are_counted_and_mentioned_but_never_fetched(string url)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        var image = $$$"""{"type":"image_url","image_url":{"url":"{{{url}}}","detail":"high"}}""";
        var content = $$"""[{"type":"text","text":"Read"},{{image}},{{image}}]""";

        var reply = await pool.JsonAsync(Path, RunningPool.Chat(content: content));

        Assert.StartsWith("Images read: 2. ", TextOf(reply));
        Assert.Equal(1 + 4 + 2 * 256, reply.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    /// <summary>Guards the pipe's back-pressure: a page image is larger than Kestrel's input buffer.</summary>
    [Fact(Timeout = RunningPool.DeadlineMilliseconds)]
    public async Task A_large_image_is_read()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        var url = "data:image/png;base64," + new string('A', 3_000_000);
        var content = $$$"""[{"type":"image_url","image_url":"{{{url}}}"}]""";

        var reply = await pool.JsonAsync(Path, RunningPool.Chat(content: content));

        Assert.StartsWith("Images read: 1. ", TextOf(reply));
    }

    [Fact]
    public async Task Escaped_text_counts_and_answers_as_the_text_it_stands_for()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        var plain = await pool.JsonAsync(Path, RunningPool.Chat(content: "\"模型\""));
        var escaped = await pool.JsonAsync(Path, RunningPool.Chat(content: "\"\\u6a21\\u578b\""));

        Assert.Equal(TextOf(plain), TextOf(escaped));
        Assert.Equal(2 + 4, escaped.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task A_message_without_content_is_read()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.PostAsync(Path, RunningPool.Chat(content: "null"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static string TextOf(JsonElement reply) =>
        reply.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
}
