using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Edge.Calls;
using Sluice.Edge.Pools;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Pools;

public sealed class PoolAnswerTests
{
    private readonly ModelCall _call = Some.Call();
    private readonly Exchange _exchange;

    public PoolAnswerTests()
    {
        _call.Decision = FakeClient.Admitted with
        {
            Requests = new LimitStatus("rpm", 10, 9, TimeSpan.FromSeconds(6)),
        };
        _exchange = new Exchange(_call);
    }

    /// <summary>Guards clients against the limits, cookies and challenges of a server that they never called.</summary>
    [Fact]
    public async Task What_the_pool_says_for_itself_is_not_relayed()
    {
        foreach (var name in new[] { "Server", "Set-Cookie", "WWW-Authenticate", "X-RateLimit-Limit-Tokens" })
        {
            _exchange.Headers[name] = "the pool's";
        }

        _exchange.Headers["x-request-id"] = "the pool's";
        _exchange.Headers["x-ratelimit-remaining-requests"] = "the pool's";
        _exchange.Headers["openai-processing-ms"] = "12";
        _exchange.Headers.ContentLength = 99;

        await Relay(200, "{}");

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["openai-processing-ms"] = "12",
                ["x-request-id"] = "req_7_1",
                ["x-ratelimit-limit-requests"] = "10",
                ["x-ratelimit-remaining-requests"] = "9",
                ["x-ratelimit-reset-requests"] = "6s",
                ["x-sluice-limit"] = "rpm",
                ["Content-Length"] = "2",
            },
            _exchange.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
        Assert.Equal("{}", _exchange.Text);
    }

    [Fact]
    public async Task An_error_of_the_pool_takes_the_place_of_its_body()
    {
        await Relay(401, """{"error":{"message":"Incorrect API key provided: sk-pool-…"}}""");

        Assert.Equal((502, "pool_refused_gateway"), (_exchange.Status, _exchange.Code));
        Assert.DoesNotContain("sk-pool", _exchange.Text, StringComparison.Ordinal);
    }

    private Task Relay(int status, string body)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return new PoolAnswer(new ManualTime(), NullLogger<PoolAnswer>.Instance).RelayAsync(_exchange.Context, answer);
    }
}
