using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Edge.Pools;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Edge.Calls;

public sealed class CallBodyMiddlewareTests
{
    private const int BytesMax = 1024;

    private readonly FakeCluster _cluster = new();
    private readonly ModelCall _call = Some.Call();
    private string? _forwarded;

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData(" application/json ;charset=utf-8")]
    public async Task A_body_that_says_it_is_JSON_is_read(string contentType)
    {
        var exchange = await Send("""{"model":"m"}""", contentType);

        Assert.Equal("""{"model":"m"}""", _forwarded);
        Assert.Equal(200, exchange.Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/jsonl")]
    [InlineData("application/json-patch+json")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task A_body_that_does_not_say_so_is_refused(string? contentType)
    {
        var exchange = await Send("""{"model":"m"}""", contentType);

        Assert.Null(_forwarded);
        Assert.Equal((415, "unsupported_content_type"), (exchange.Status, exchange.Code));
    }

    [Fact]
    public async Task A_body_that_says_it_is_too_large_is_refused_before_it_is_read()
    {
        var exchange = Request(new PoolStream(ReadOnlyMemory<byte>.Empty, PoolEnd.Broken), "application/json");
        exchange.Context.Request.ContentLength = BytesMax + 1;

        await Middleware().InvokeAsync(exchange.Context);

        Assert.Equal((413, "request_too_large"), (exchange.Status, exchange.Code));
        Assert.Equal("The body is larger than the 1024 bytes that are accepted.", exchange.Message);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 1024)]
    [InlineData(false, 1)]
    [InlineData(false, 100)]
    [InlineData(false, 1024)]
    public async Task A_body_may_be_as_large_as_the_limit_in_whatever_pieces_it_comes(bool saysLength, int pieceLength)
    {
        var largest = Body(BytesMax);
        var exchange = Request(InPieces(largest, pieceLength), "application/json");
        exchange.Context.Request.ContentLength = saysLength ? BytesMax : null;

        await Middleware().InvokeAsync(exchange.Context);

        Assert.Equal(largest, _forwarded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1025)]
    public async Task A_body_that_does_not_say_its_length_is_refused_once_it_is_too_large(int pieceLength)
    {
        var exchange = Request(InPieces(Body(BytesMax + 1), pieceLength), "application/json");

        await Middleware().InvokeAsync(exchange.Context);

        Assert.Null(_forwarded);
        Assert.Equal((413, "request_too_large"), (exchange.Status, exchange.Code));
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_is_named_and_asks_nobody()
    {
        var exchange = await Send("[]");

        Assert.Equal((400, "invalid_request"), (exchange.Status, exchange.Code));
        Assert.Equal("The body must be a JSON object.", exchange.Message);
        Assert.Empty(_cluster.Client.Identifies);
    }

    [Fact]
    public async Task A_body_without_a_model_is_told_which_parameter_is_missing()
    {
        var exchange = await Send("""{"stream":true}""");

        Assert.Equal(400, exchange.Status);
        Assert.Equal("You must provide a model parameter.", exchange.Message);
        Assert.Equal("model", exchange.Error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task A_model_that_no_pool_serves_does_not_exist()
    {
        var exchange = await Send("""{"model":"M"}""");

        Assert.Null(_forwarded);
        Assert.Equal((404, "model_not_found"), (exchange.Status, exchange.Code));
        Assert.Equal("The model 'M' does not exist or you do not have access to it.", exchange.Message);
    }

    /// <summary>Guards what is served against probing: a wrong key learns nothing about models.</summary>
    [Fact]
    public async Task A_wrong_key_hears_of_its_key_and_not_of_the_model()
    {
        _cluster.Client.Identity = new IdentifyReply { Verdict = Verdict.UnknownKey };

        var exchange = await Send("""{"model":"other"}""");

        Assert.Equal((401, "invalid_api_key"), (exchange.Status, exchange.Code));
    }

    [Fact]
    public async Task What_is_forwarded_asks_for_usage_and_says_its_own_length()
    {
        var exchange = Request(InPieces("""{"model":"m","stream":true}""", 5), "application/json");
        exchange.Context.Request.Headers.TransferEncoding = "chunked";

        await Middleware().InvokeAsync(exchange.Context);

        const string Expected = """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""";
        Assert.Equal(Expected, _forwarded);
        Assert.Equal(Expected.Length, exchange.Context.Request.ContentLength);
        Assert.Equal(0, exchange.Context.Request.Headers.TransferEncoding.Count);
        Assert.Equal(("m", true, false), (_call.Body.Model, _call.Body.Stream, _call.Body.ClientWantsUsage));
        Assert.Equal("small", _call.Pool!.Name);
    }

    [Fact]
    public async Task A_pool_that_cannot_tell_its_usage_is_not_asked()
    {
        await Send("""{"model":"plain","stream":true}""");

        Assert.Equal("""{"model":"plain","stream":true}""", _forwarded);
    }

    private async Task<Exchange> Send(string body, string? contentType = "application/json")
    {
        var exchange = Request(InPieces(body, body.Length), contentType);
        await Middleware().InvokeAsync(exchange.Context);
        return exchange;
    }

    private Exchange Request(Stream body, string? contentType)
    {
        var exchange = new Exchange(_call);
        exchange.Context.Request.Body = body;
        exchange.Context.Request.ContentType = contentType;
        return exchange;
    }

    private CallBodyMiddleware Middleware()
    {
        var options = new EdgeOptions
        {
            BodyBytesMax = BytesMax,
            Pools =
            {
                new PoolOptions { Name = "small", Address = "http://127.0.0.1:9", Models = { "m" } },
                new PoolOptions
                {
                    Name = "old", Address = "http://127.0.0.1:9", Models = { "plain" }, AskForUsage = false,
                },
            },
        };
        return new CallBodyMiddleware(
            Forward,
            new PoolCatalog(Options.Create(options)),
            new Callers(_cluster, Options.Create(options), TimeProvider.System),
            Options.Create(options));
    }

    private async Task Forward(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        _forwarded = await reader.ReadToEndAsync();
        Assert.Equal(_forwarded, Encoding.UTF8.GetString(_call.Body.Forwarded.Span));
    }

    private static string Body(int length) =>
        $$"""{"model":"m","prompt":"{{new string('x', length - """{"model":"m","prompt":""}""".Length)}}"}""";

    private static PoolStream InPieces(string body, int pieceLength) =>
        new(Encoding.UTF8.GetBytes(body).Chunk(pieceLength).Select(piece => (ReadOnlyMemory<byte>)piece));
}
