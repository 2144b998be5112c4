using System.Text;
using Sluice.Edge.Calls;
using Sluice.Edge.Usage;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Usage;

public sealed class StreamRelayTests
{
    private const string Before = "data: {\"choices\":[{\"delta\":{\"content\":\"say \\\"usage\\\": {} 中\"}}]}\n\n";

    private const string Middle = ": keep-alive\r\n\r\nevent: message\r\ndata: {\"choices\":[{\"delta\":{}}],"
        + "\"usage\":null}\r\n\r\n";

    private const string UsageChunk =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":22}}\n\n";
    private const string End = "data: [DONE]\n\n";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task The_usage_chunk_is_taken_out_and_counted()
    {
        var call = Some.Call(stream: true);

        var (text, reason) = await Relay(call, Before + Middle + UsageChunk + End);

        Assert.Equal(Before + Middle + End, text);
        Assert.Null(reason);
        Assert.Equal(new TokenUsage(11, 22), call.Usage);
    }

    [Fact]
    public async Task The_usage_chunk_stays_for_a_client_that_asked_for_it()
    {
        var call = Some.Call(stream: true, wantsUsage: true);

        var (text, reason) = await Relay(call, Before + Middle + UsageChunk + End);

        Assert.Equal(Before + Middle + UsageChunk + End, text);
        Assert.Null(reason);
        Assert.Equal(new TokenUsage(11, 22), call.Usage);
    }

    [Fact]
    public async Task Usage_in_a_chunk_with_choices_is_counted_and_forwarded()
    {
        const string Part =
            "data: {\"choices\":[{\"index\":0}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";
        var call = Some.Call(stream: true);

        var (text, _) = await Relay(call, Part + End);

        Assert.Equal(Part + End, text);
        Assert.Equal(new TokenUsage(1, 2), call.Usage);
    }

    /// <summary>Guards against networks: where a stream is cut into packets must not be seen behind the edge.</summary>
    [Theory]
    [InlineData(Before + Middle + UsageChunk + End, false)]
    [InlineData(Before + Middle + UsageChunk + End, true)]
    [InlineData(Before + UsageChunk + Middle, false)]
    [InlineData(Before + UsageChunk + End + "data: {", false)]
    [InlineData(Before + Middle + "data: oops\n\n" + End, false)]
    [InlineData("<html>\n\n" + End, false)]
    public async Task Wherever_a_stream_is_cut_the_client_gets_the_same(string stream, bool wantsUsage)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        var whole = Some.Call(stream: true, wantsUsage);
        var expected = await Relay(whole, bytes);

        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var call = Some.Call(stream: true, wantsUsage);

            var relayed = await Relay(call, bytes.AsMemory(0, cut), bytes.AsMemory(cut));

            Assert.Equal((cut, expected, whole.Usage), (cut, relayed, call.Usage));
        }

        Assert.Equal(expected, await Relay(Some.Call(true, wantsUsage), bytes.Chunk(1).Select(ToMemory).ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Before)]
    [InlineData(Before + "data: [DONE]\n")]
    [InlineData(Before + End + "data: {\"choices\":[")]
    public async Task A_stream_without_its_end_mark_ends_with_an_error_event(string stream)
    {
        var (text, reason) = await Relay(Some.Call(stream: true), stream);

        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        Assert.Equal("pool_connection_lost", CodeOfLast(text));
        Assert.Equal("cut before its end", reason);
    }

    [Fact]
    public async Task A_connection_that_breaks_ends_with_an_error_event_behind_what_arrived()
    {
        var (text, reason) = await Relay(Some.Call(stream: true), new PoolStream(Utf8(Before), PoolEnd.Broken));

        Assert.StartsWith(Before + "data: {\"error\":", text, StringComparison.Ordinal);
        Assert.Equal("pool_connection_lost", CodeOfLast(text));
        Assert.Equal("cut before its end", reason);
    }

    [Fact]
    public async Task What_cannot_be_read_ends_with_an_error_event_behind_what_could()
    {
        var (text, reason) = await Relay(Some.Call(stream: true), Before + "data: oops\n\n" + Middle + End);

        Assert.StartsWith(Before + "data: {\"error\":", text, StringComparison.Ordinal);
        Assert.Equal("pool_bad_answer", CodeOfLast(text));
        Assert.Equal("an event that cannot be read", reason);
        Assert.DoesNotContain("oops", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_may_be_large_and_not_endless()
    {
        var large = $"data: {{\"x\":\"{new string('x', StreamRelay.EventBytesMax - 100)}\"}}\n\n";

        var (text, reason) = await Relay(Some.Call(stream: true), large + End);
        var (refused, why) = await Relay(
            Some.Call(stream: true), "data: " + new string('x', StreamRelay.EventBytesMax));

        Assert.Equal((large + End, null), (text, reason));
        Assert.Equal("pool_bad_answer", CodeOfLast(refused));
        Assert.Equal("an event without an end", why);
    }

    [Fact]
    public async Task A_pool_that_falls_silent_is_given_up_after_its_time()
    {
        var exchange = new Exchange();
        var stream = new PoolStream(Utf8(Before), PoolEnd.Silent);
        var relay = StreamRelay.RelayAsync(exchange.Context, Some.Call(stream: true), stream.AsBody(_time));
        await stream.BeginsSilence.Within();

        _time.Advance(Some.Pool.IdleTimeout - TimeSpan.FromTicks(1));
        Assert.Equal(Before, exchange.Text);

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("silent for too long", await relay.Within());
        Assert.Equal("pool_timeout", CodeOfLast(exchange.Text));
    }

    /// <summary>Guards clients of an edge that stops: they hear that it was the gateway, and try again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_the_edge_cut_off_itself_says_so(bool broken)
    {
        var call = Some.Call(stream: true);
        call.CutOff();

        var (text, reason) = await Relay(call, new PoolStream(Utf8(Before), broken ? PoolEnd.Broken : PoolEnd.Whole));

        Assert.StartsWith(Before + "data: {\"error\":", text, StringComparison.Ordinal);
        Assert.Equal("gateway_stopping", CodeOfLast(text));
        Assert.Equal("gateway_stopping", reason);
    }

    [Fact]
    public async Task A_stream_that_ended_by_itself_while_it_was_cut_off_is_whole()
    {
        var call = Some.Call(stream: true);
        call.CutOff();

        Assert.Equal((Before + End, null), await Relay(call, Before + End));
    }

    private Task<(string Text, string? Reason)> Relay(ModelCall call, string stream) => Relay(call, Utf8(stream));

    private Task<(string Text, string? Reason)> Relay(ModelCall call, params ReadOnlyMemory<byte>[] pieces) =>
        Relay(call, new PoolStream(pieces));

    private async Task<(string Text, string? Reason)> Relay(ModelCall call, PoolStream stream)
    {
        var exchange = new Exchange();
        var reason = await StreamRelay.RelayAsync(exchange.Context, call, stream.AsBody(_time));
        return (exchange.Text, reason);
    }

    private static string? CodeOfLast(string text)
    {
        var last = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("data: ", last, StringComparison.Ordinal);
        return System.Text.Json.JsonDocument.Parse(last["data: ".Length..]).RootElement
            .GetProperty("error").GetProperty("code").GetString();
    }

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static ReadOnlyMemory<byte> ToMemory(byte[] bytes) => bytes;
}
