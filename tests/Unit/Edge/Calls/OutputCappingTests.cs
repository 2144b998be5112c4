using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Edge.Pools;
using Xunit;

namespace Sluice.Unit.Edge.Calls;

/// <summary>The body step and the cap: what a limit would know of a call, and what is forwarded when it asks.</summary>
public sealed class OutputCappingTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Completions = "/v1/completions";
    private const string Embeddings = "/v1/embeddings";

    private readonly ModelCall _call = Some.Call();
    private string? _forwarded;

    [Theory]
    [InlineData("""{"model":"m"}""", """{"model":"m","max_tokens":4096}""")]
    [InlineData("""{"model":"m","n":2}""", """{"model":"m","n":2,"max_tokens":4096}""")]
    [InlineData("""{"max_tokens": null ,"model":"m"}""", """{"max_tokens": 4096 ,"model":"m"}""")]
    [InlineData("""{"model":"m","max_completion_tokens":null}""", """{"model":"m","max_completion_tokens":4096}""")]
    [InlineData("""{"model":"m","max_tokens":5}""", """{"model":"m","max_tokens":5}""")]
    [InlineData("""{"model":"m","max_tokens":9999}""", """{"model":"m","max_tokens":9999}""")]
    [InlineData(
        """{"model":"m","stream":true}""",
        """{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":4096}""")]
    [InlineData(
        """{"max_tokens":null,"stream_options":{},"model":"m","stream":true}""",
        """{"max_tokens":4096,"stream_options":{"include_usage":true},"model":"m","stream":true}""")]
    [InlineData(
        """{"stream_options":{"include_usage":false},"max_tokens":null,"model":"m","stream":true}""",
        """{"stream_options":{"include_usage":true},"max_tokens":4096,"model":"m","stream":true}""")]
    [InlineData(
        """{"stream_options":null,"max_tokens":null,"model":"m","stream":true}""",
        """{"stream_options":{"include_usage":true},"max_tokens":4096,"model":"m","stream":true}""")]
    public async Task A_body_is_made_to_state_its_cap_when_a_limit_asks(string body, string expected)
    {
        var exchange = await Send(body, Chat, ask: true);

        Assert.Equal(expected, _forwarded);
        Assert.Equal(expected.Length, exchange.Context.Request.ContentLength);
    }

    [Theory]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"max_tokens": null ,"model":"m"}""")]
    [InlineData("""{"model":"m","messages":[{"content":"\u0041 中文"}],"n":2}""")]
    public async Task By_default_a_body_is_forwarded_as_it_came(string body)
    {
        await Send(body, Chat, ask: false);

        Assert.Equal(body, _forwarded);
    }

    [Theory]
    [InlineData("m", Chat, "max_tokens")]
    [InlineData("m", Completions, "max_tokens")]
    [InlineData("o-thinks", Chat, "max_completion_tokens")]
    [InlineData("o-thinks", Completions, "max_tokens")]
    public async Task The_cap_is_written_in_the_parameter_that_the_model_obeys(string model, string path, string name)
    {
        await Send($$"""{"model":"{{model}}"}""", path, ask: true);

        Assert.Equal(4096, (int?)JsonNode.Parse(_forwarded!)![name]);
    }

    [Theory]
    [InlineData("""{"model":"unknown"}""", Chat)]
    [InlineData("""{"model":"m","input":"a"}""", Embeddings)]
    public async Task What_has_no_cap_is_forwarded_as_it_came_even_when_a_limit_asks(string body, string path)
    {
        await Send(body, path, ask: true);

        Assert.Equal((body, 0L), (_forwarded, _call.Body.OutputCap));
    }

    [Fact]
    public async Task A_model_may_be_set_to_always_state_its_cap()
    {
        await Send("""{"model":"always"}""", Chat, ask: false);

        Assert.Equal("""{"model":"always","max_tokens":100}""", _forwarded);
    }

    [Theory]
    [InlineData("""{"model":"m"}""", 4096)]
    [InlineData("""{"model":"m","n":3}""", 3 * 4096)]
    [InlineData("""{"model":"m","n":2,"best_of":3,"max_tokens":10,"prompt":["a","b"]}""", 60)]
    [InlineData("""{"model":"unknown"}""", 0)]
    [InlineData("""{"model":"unknown","max_tokens":10}""", 10)]
    public async Task The_cap_of_a_call_is_that_of_all_its_answers(string body, long cap)
    {
        await Send(body, Completions, ask: false);

        Assert.Equal(cap, _call.Body.OutputCap);
    }

    [Fact]
    public async Task Answers_that_cannot_be_counted_are_refused()
    {
        var exchange = await Send("""{"model":"m","n":3,"max_tokens":9223372036854775807}""", Chat, ask: false);

        Assert.Null(_forwarded);
        Assert.Equal((400, "invalid_request"), (exchange.Status, exchange.Code));
        Assert.Equal("The answers asked for are more tokens than can be counted.", exchange.Message);
    }

    [Fact]
    public async Task A_bad_number_is_refused_by_its_name()
    {
        var exchange = await Send("""{"model":"m","max_tokens":-1}""", Chat, ask: false);

        Assert.Equal((400, "invalid_request"), (exchange.Status, exchange.Code));
        Assert.Equal("'max_tokens' must be a whole number of 1 or more.", exchange.Message);
    }

    /// <summary>What the template adds, a message, and its text: 32 + 8 + 5.</summary>
    [Fact]
    public async Task A_call_knows_what_its_model_will_read()
    {
        await Send("""{"model":"m","messages":[{"role":"user","content":"Hello"}]}""", Chat, ask: false);

        Assert.Equal((45, 0, 0), (_call.Body.Input.Upper, _call.Body.Input.Images, _call.Body.Input.Pages));
    }

    private async Task<Exchange> Send(string body, string path, bool ask)
    {
        var exchange = new Exchange(_call);
        exchange.Context.Request.Path = path;
        exchange.Context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        exchange.Context.Request.ContentType = "application/json";
        var options = Options.Create(Settings());
        var middleware = new CallBodyMiddleware(
            context => Forward(context, ask),
            new PoolCatalog(options),
            new Callers(new FakeCluster(), options, TimeProvider.System),
            options);
        await middleware.InvokeAsync(exchange.Context);
        return exchange;
    }

    private async Task Forward(HttpContext context, bool ask)
    {
        if (ask)
        {
            OutputCapping.StateCap(context);
            OutputCapping.StateCap(context); // Asked by two limits, it is stated once.
        }

        using var reader = new StreamReader(context.Request.Body);
        _forwarded = await reader.ReadToEndAsync();
        Assert.Equal(_forwarded, Encoding.UTF8.GetString(_call.Body.Forwarded.Span));
        Assert.Equal(Encoding.UTF8.GetByteCount(_forwarded), context.Request.ContentLength);
    }

    private static EdgeOptions Settings() => new()
    {
        Pools =
        {
            new PoolOptions
            {
                Name = "small", Address = "http://127.0.0.1:9", Models = { "m", "o-thinks", "always", "unknown" },
            },
        },
        Models =
        {
            new ModelOptions { Name = "m", OutputTokensMax = 4096 },
            new ModelOptions { Name = "o-*", OutputTokensMax = 4096, OutputCapParameter = "max_completion_tokens" },
            new ModelOptions { Name = "always", OutputTokensMax = 100, StateOutputCap = true },
        },
    };
}
