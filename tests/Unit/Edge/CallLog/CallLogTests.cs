using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.CallLog;
using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Sluice.Grains.Abstractions.Calls;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.CallLog;

/// <summary>
/// Guards who looks into what happened: every request is told once, and nothing that must stay unknown.
/// </summary>
public sealed class CallLogTests : IAsyncDisposable
{
    private const int Most = 3;

    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly CallLogBuffer _buffer;
    private readonly CallLogSender _sender;
    private readonly Task _opening;

    public CallLogTests()
    {
        var options = Options.Create(new EdgeOptions { CallLogMax = Most });
        var metrics = new CallLogMetrics(Some.Meters());
        var session = Some.Session(_cluster);
        _buffer = new CallLogBuffer(options, metrics);
        _sender = new CallLogSender(
            _cluster, session, _buffer, metrics, options, _time, NullLogger<CallLogSender>.Instance);
        _opening = session.OpenAsync(CancellationToken.None);
    }

    private FakeClient Silo => _cluster["7"];

    public async ValueTask DisposeAsync()
    {
        await _sender.StoppedAsync(new CancellationToken(canceled: true)).Within();
        _sender.Dispose();
    }

    [Fact]
    public async Task A_request_is_told_with_who_asked_for_what_and_how_it_ended()
    {
        await StartAsync();
        var came = _time.GetUtcNow();
        var call = Some.Call(sequence: 4);
        (call.IsAsked, call.Dispatched) = (true, true);
        await SendAsync(call, async context =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(25));
            await ApiError.Stopping.WriteAsync(context);
        });

        var told = Assert.Single((await NextAsync()).Calls);

        Assert.Equal(
            (4, Some.ClientId, 1, "POST", "/v1/chat/completions", 503, "gateway_stopping", 25_000, "m", "small", true),
            (told.Sequence, told.ClientId, told.KeyVersion, told.Method, told.Path, told.Status, told.Code,
                told.Duration, told.Model, told.Pool, told.IsDecided));
        Assert.Equal(AddressBits.Of(IPAddress.Parse("203.0.113.7")), told.Address);
        Assert.Equal("OpenAI/Python 1.2", told.Agent);
        Assert.Equal(came.UtcDateTime, DateTime.UnixEpoch.AddMicroseconds(told.At));
    }

    [Fact]
    public async Task Nothing_of_a_key_is_told_wherever_a_client_has_put_it()
    {
        await StartAsync();
        var call = Some.Call();
        call.Body = new CallBody("slk_live_secret", false, false, default);
        await SendAsync(call, _ => Task.CompletedTask, path: "/v1/slk_live_secret/x", agent: "me SLK_live_secret");

        var told = Assert.Single((await NextAsync()).Calls);

        Assert.Equal(("/v1/slk_…", "me slk_…", "slk_…"), (told.Path, told.Agent, told.Model));
    }

    /// <summary>
    /// Guards the log from one request that could never be sent: half a character at the cut, or in a model's name.
    /// </summary>
    [Fact]
    public async Task What_a_client_writes_can_always_be_sent_and_probes_are_not_told()
    {
        await StartAsync();
        var call = Some.Call();
        call.Body = new CallBody("\ud800", false, false, default);
        await SendAsync(Some.Call(), _ => Task.CompletedTask, path: "/healthz");
        await SendAsync(call, _ => Task.CompletedTask, path: "/" + new string('x', 254) + "😀", agent: "\ude00");

        var told = Assert.Single((await NextAsync()).Calls);

        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        Assert.All((string[])[told.Path, told.Agent, told.Model], text => Assert.NotEmpty(strict.GetBytes(text)));
        Assert.Equal(256, told.Path.Length);
    }

    [Fact]
    public async Task A_client_that_was_gone_and_an_exception_are_told_too()
    {
        await StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SendAsync(Some.Call(sequence: 1), _ => throw new InvalidOperationException()));
        var gone = new Exchange(Some.Call(sequence: 2));
        gone.HangUp();
        await new CallLogMiddleware(_ => Task.CompletedTask, _buffer, _time).InvokeAsync(gone.Context);

        var told = (await NextAsync()).Calls;

        Assert.Equal([1, 2], told.Select(one => one.Sequence));
        Assert.Equal(499, told[1].Status);
    }

    [Fact]
    public async Task A_batch_that_is_not_stored_is_sent_again_as_it_was_and_what_had_no_room_is_counted()
    {
        await StartAsync();
        Silo.OnCalls = () => Task.FromException(new SiloUnavailableException());
        await SendAsync(Some.Call(sequence: 1), _ => Task.CompletedTask);
        var first = await NextAsync();
        for (var sequence = 2; sequence < 2 + Most + 1; sequence++)
        {
            await SendAsync(Some.Call(sequence: sequence), _ => Task.CompletedTask);
        }

        Silo.OnCalls = () => Task.CompletedTask;
        var (again, next) = (await NextAsync(), await NextAsync(advance: false));

        Assert.Equal((first.Number, 1), (again.Number, again.Calls.Length));
        Assert.Equal((first.Number + 1, 2L), (next.Number, next.Dropped));
        Assert.Equal([2, 3], next.Calls.Select(one => one.Sequence));
    }

    [Fact]
    public async Task What_came_last_is_told_when_the_edge_stops()
    {
        await StartAsync();
        await SendAsync(Some.Call(), _ => Task.CompletedTask);

        await _sender.StoppedAsync(CancellationToken.None).Within();

        Assert.True(Silo.Calls.Reader.TryRead(out var batch));
        Assert.Single(batch.Calls);
    }

    private async Task StartAsync()
    {
        await _opening.Within();
        await _sender.StartAsync(CancellationToken.None);
    }

    private async Task SendAsync(
        ModelCall call, RequestDelegate next, string path = "/v1/chat/completions", string agent = "OpenAI/Python 1.2")
    {
        var exchange = new Exchange(call);
        var request = exchange.Context.Request;
        (request.Method, request.Path) = ("POST", path);
        request.QueryString = new QueryString("?key=slk_live_secret");
        request.Headers.UserAgent = agent;
        exchange.Context.Connection.RemoteIpAddress = IPAddress.Parse("203.0.113.7");
        await new CallLogMiddleware(next, _buffer, _time).InvokeAsync(exchange.Context);
    }

    private async Task<CallBatch> NextAsync(bool advance = true)
    {
        if (advance)
        {
            await Eventually.True(() => _time.ArmedTimers > 0, "the sender waits");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        return await Silo.Calls.Reader.ReadAsync().AsTask().Within();
    }
}
