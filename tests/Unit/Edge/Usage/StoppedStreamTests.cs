using System.Text;
using System.Text.Json;
using Sluice.Edge.Calls;
using Sluice.Edge.Pools;
using Sluice.Edge.Usage;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Usage;

/// <summary>Guards clients whose limit is used up in the middle of a stream: theirs is an answer that ends.</summary>
public sealed class StoppedStreamTests
{
    private const string Head =
        "\"id\":\"chatcmpl-\\u0031\",\"object\":\"chat.completion.chunk\",\"created\":17,\"model\":\"m\"";

    private const string Part =
        "data: {" + Head + ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"four\"},\"finish_reason\":null}]}\n\n";

    private const string Finished =
        "data: {" + Head + ",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

    private const string Text =
        "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":17,\"model\":\"m\","
        + "\"system_fingerprint\":\"fp\",\"choices\":[{\"index\":1,\"text\":\"four\",\"finish_reason\":null}]}\n\n";

    private const string End = "data: [DONE]\n\n";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_chat_ends_with_a_length_and_the_end_mark()
    {
        var call = Stoppable();

        var (text, reason) = await StopAfterAsync(call, Part + Part);

        Assert.Equal(
            Part + Part + "data: {" + Head
            + ",\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"length\"}]}\n\n" + End,
            text);
        Assert.Null(reason);
        Assert.True(call.IsStopped);
        Assert.Equal("daily", call.StoppedBy);
    }

    [Fact]
    public async Task Who_asked_for_usage_gets_what_is_charged()
    {
        var call = Stoppable(wantsUsage: true);

        var (text, _) = await StopAfterAsync(call, Part + Part);

        var events = EventsOf(text);
        Assert.Equal(JsonValueKind.Null, events[2].GetProperty("usage").ValueKind);
        Assert.Equal("length", ReasonsOf(events[2]).Single());
        Assert.Equal(0, events[3].GetProperty("choices").GetArrayLength());
        var used = SettledUse.Of(call);
        Assert.Equal(2, used.Output);
        Assert.Equal(
            (used.Input, used.Output, used.Input + used.Output),
            (events[3].GetProperty("usage").GetProperty("prompt_tokens").GetInt64(),
             events[3].GetProperty("usage").GetProperty("completion_tokens").GetInt64(),
             events[3].GetProperty("usage").GetProperty("total_tokens").GetInt64()));
        Assert.Equal(4, events.Count);
        Assert.EndsWith(End, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completions_end_like_chats()
    {
        var (text, _) = await StopAfterAsync(Stoppable(), Text);

        Assert.Equal(
            Text + "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":17,\"model\":\"m\","
            + "\"system_fingerprint\":\"fp\",\"choices\":[{\"index\":1,\"text\":\"\",\"logprobs\":null,"
            + "\"finish_reason\":\"length\"}]}\n\n" + End,
            text);
    }

    [Fact]
    public async Task An_answer_that_had_ended_is_not_ended_again()
    {
        var (text, _) = await StopAfterAsync(Stoppable(), Part + Finished);

        Assert.Equal(Part + Finished + End, text);
    }

    [Fact]
    public async Task Of_many_answers_those_end_that_had_not()
    {
        var second = Part.Replace("\"index\":0", "\"index\":2", StringComparison.Ordinal);
        var third = Part.Replace("\"index\":0", "\"index\":5", StringComparison.Ordinal);

        var (text, _) = await StopAfterAsync(Stoppable(manyAnswers: true), Part + second + Finished + third);

        var last = EventsOf(text)[^1];
        Assert.Equal(["length", "length"], ReasonsOf(last));
        Assert.Equal(
            [2, 5], last.GetProperty("choices").EnumerateArray().Select(one => one.GetProperty("index").GetInt32()));
    }

    /// <summary>Guards against half an event: what has arrived of the next one is for nobody.</summary>
    [Fact]
    public async Task A_stop_in_the_middle_of_an_event_leaves_it_out()
    {
        var (text, _) = await StopAfterAsync(Stoppable(), Part + Part[..30]);

        Assert.StartsWith(Part + "data: {\"id\"", text, StringComparison.Ordinal);
        Assert.Equal(2, EventsOf(text).Count);
    }

    /// <summary>Guards against a broken connection: nobody was reading when the pool was let go.</summary>
    [Fact]
    public async Task A_stop_while_the_client_is_written_to_ends_in_good_order_too()
    {
        var call = Stoppable();
        call.Connection = new SilencedPool(_time);
        using var client = new MemoryStream();
        var exchange = new Exchange { RequestAborted = CancellationToken.None };
        exchange.Context.Response.Body = new StoppingBody(call, client);

        var reason = await StreamRelay.RelayAsync(
            exchange.Context, call, new PoolStream(Utf8(Part), PoolEnd.Closed).AsBody(_time));

        Assert.Null(reason);
        Assert.True(call.IsStopped);
        Assert.EndsWith(
            "\"finish_reason\":\"length\"}]}\n\n" + End, Encoding.UTF8.GetString(client.ToArray()),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data: {\"type\":\"response.output_text.delta\",\"delta\":\"four\"}\n\n")]
    [InlineData("data: {\"id\":\"1\",\"object\":\"other\",\"choices\":[{\"index\":0}]}\n\n")]
    [InlineData("data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0}]}\n\n")]
    [InlineData("data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":64}]}\n\n")]
    [InlineData("data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":\"0\"}]}\n\n")]
    [InlineData(": a comment\n\n")]
    public async Task A_stream_of_an_unknown_format_is_never_stopped(string part)
    {
        var call = Stoppable();
        call.Connection = new SilencedPool(_time);
        var exchange = new Exchange();
        var stream = new PoolStream(Utf8(part), PoolEnd.Silent);
        var relay = StreamRelay.RelayAsync(exchange.Context, call, stream.AsBody(_time));
        await stream.BeginsSilence.Within();

        Assert.False(call.LiveUse.CanStop);
        Assert.False(call.Stop("daily"));

        Assert.Null(call.StoppedBy);
        _time.Advance(Some.Pool.IdleTimeout);
        Assert.Equal("silent for too long", await relay.Within());
        Assert.False(call.IsStopped);
    }

    [Fact]
    public async Task A_first_part_without_an_answer_is_passed_over()
    {
        const string Filter = "data: {\"id\":\"\",\"object\":\"\",\"choices\":[],\"prompt_filter_results\":[]}\n\n";

        var (text, _) = await StopAfterAsync(Stoppable(), Filter + Part);

        Assert.StartsWith(Filter + Part + "data: {" + Head + ",\"choices\":[{", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_of_another_plan_is_not_stopped()
    {
        var call = Some.Call(stream: true);
        call.Decision = Admitted(mayStop: false);
        var exchange = new Exchange();

        await StreamRelay.RelayAsync(exchange.Context, call, new PoolStream(Utf8(Part + End)).AsBody(_time));

        Assert.False(call.Stop("daily"));
        Assert.Equal(Part + End, exchange.Text);
    }

    [Fact]
    public async Task A_stream_that_ended_by_itself_meanwhile_is_whole()
    {
        var call = Stoppable();

        var (text, reason) = await StopAfterAsync(call, Part + Finished + End);

        Assert.Equal((Part + Finished + End, null), (text, reason));
        Assert.False(call.IsStopped);
    }

    [Fact]
    public async Task What_is_told_while_it_runs_is_what_it_would_be_settled_by()
    {
        var call = Stoppable();
        call.Held = new HeldTokens(30, 40, MayStop: true);
        const string Counted = "data: {" + Head + ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"four\"}}],"
            + "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":22}}\n\n";

        await StopAfterAsync(call, Part + Part + Part);
        Assert.Equal(new LiveUse(1, 0, 3, 30, 40, CanStop: true), call.LiveUse);

        call = Stoppable();
        await StopAfterAsync(call, Part + Counted);
        Assert.Equal(new LiveUse(1, 11, 22, 0, 0, CanStop: true), call.LiveUse);
        Assert.Equal(UsageCertainty.Reported, SettledUse.Of(call).Certainty);
    }

    private static ModelCall Stoppable(bool wantsUsage = false, bool manyAnswers = false)
    {
        var call = Some.Call(stream: true, wantsUsage);
        call.Body = call.Body with { HasManyAnswers = manyAnswers };
        call.Decision = Admitted(mayStop: true);
        (call.Dispatched, call.PoolStatus) = (true, 200);
        return call;
    }

    private static AdmitReply Admitted(bool mayStop) =>
        FakeClient.Admitted with { Held = new HeldTokens(1, 1, mayStop) };

    /// <summary>The pool sends this and goes on thinking; then the call is stopped.</summary>
    private async Task<(string Text, string? Reason)> StopAfterAsync(ModelCall call, string sent)
    {
        var exchange = new Exchange();
        var stream = new PoolStream(Utf8(sent), PoolEnd.Silent);
        call.Connection = new SilencedPool(_time);
        var relay = StreamRelay.RelayAsync(exchange.Context, call, stream.AsBody(_time));
        await stream.BeginsSilence.Within();
        Assert.True(call.Stop("daily"));
        var reason = await relay.Within();
        return (exchange.Text, reason);
    }

    private static List<JsonElement> EventsOf(string text) =>
    [
        .. from one in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
           where one != End.TrimEnd()
           select JsonDocument.Parse(one["data: ".Length..]).RootElement,
    ];

    private static IEnumerable<string?> ReasonsOf(JsonElement chunk) =>
        chunk.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("finish_reason").GetString());

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A client's side of a call that is stopped while something is written there.</summary>
    private sealed class StoppingBody(ModelCall call, MemoryStream client) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => client.Length;

        public override long Position
        {
            get => client.Position;
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            call.Stop("daily");
            return client.WriteAsync(buffer, cancellationToken);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    /// <summary>A connection that is over when the call is stopped.</summary>
    private sealed class SilencedPool(ManualTime time) : IPoolConnection
    {
        public void EndCall(ModelCall call)
        {
            // It works for no other.
        }

        public void StopCall(ModelCall call) => Dispose();

        public void Dispose() => time.Advance(Some.Pool.IdleTimeout);
    }
}
