using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Edge.Calls;
using Sluice.Edge.Pools;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Pools;

public sealed class PoolAnswerTests
{
    private static readonly string[] OfThePool =
    [
        "Server", "Set-Cookie", "WWW-Authenticate", "Connection", "Keep-Alive", "Transfer-Encoding",
        "X-RateLimit-Limit-Tokens", "x-request-id", "x-ratelimit-remaining-requests",
    ];

    private static readonly string[] Links = ["</a>", "</b>"];

    private readonly ModelCall _call = Some.Call();
    private readonly Exchange _exchange;

    public PoolAnswerTests()
    {
        _call.Decision = FakeClient.Admitted;
        _exchange = new Exchange(_call);
    }

    /// <summary>Guards clients against the limits, cookies and challenges of a server that they never called.</summary>
    [Fact]
    public async Task What_the_pool_says_for_itself_is_not_relayed()
    {
        _exchange.Headers["x-request-id"] = "ours"; // As the steps before have left them.
        _exchange.Headers["x-ratelimit-remaining-requests"] = "9";

        await Relay(200, "{}", headers =>
        {
            foreach (var name in OfThePool)
            {
                headers.TryAddWithoutValidation(name, "the pool's");
            }

            headers.TryAddWithoutValidation("openai-processing-ms", "12");
            headers.TryAddWithoutValidation("Link", Links);
        });

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["openai-processing-ms"] = "12",
                ["Link"] = "</a>,</b>",
                ["x-request-id"] = "ours",
                ["x-ratelimit-remaining-requests"] = "9",
                ["Content-Type"] = "application/json; charset=utf-8",
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

    private Task Relay(int status, string body, Action<HttpResponseHeaders>? say = null)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        say?.Invoke(answer.Headers);
        return new PoolAnswer(new ManualTime(), NullLogger<PoolAnswer>.Instance).RelayAsync(_exchange.Context, answer);
    }
}
