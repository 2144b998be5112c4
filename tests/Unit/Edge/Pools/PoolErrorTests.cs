using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Sluice.Edge.Errors;
using Sluice.Edge.Pools;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace Sluice.Unit.Edge.Pools;

public sealed partial class PoolErrorTests
{
    private const string Json = "application/json";
    private const string Html = "text/html";
    private const string Events = "text/event-stream";

    [Theory]
    [InlineData(200, Json, false)]
    [InlineData(200, "application/json; charset=utf-8", false)]
    [InlineData(200, "Application/JSON", false)]
    [InlineData(200, Events, true)]
    [InlineData(200, "text/event-stream; charset=utf-8", true)]
    [InlineData(200, " text/event-stream ;charset=utf-8", true)]
    [InlineData(400, Json, false)]
    [InlineData(400, Json, true)]
    [InlineData(404, Json, false)]
    [InlineData(413, Json, false)]
    [InlineData(422, Json, true)]
    public void A_success_and_a_mistake_of_the_client_are_relayed(int status, string contentType, bool stream) =>
        Assert.Null(PoolError.For(AnswerOf(status, contentType), Some.Call(stream)));

    /// <summary>Guards keys and limits of clients: what the pool says of the gateway is not said to them.</summary>
    [Theory]
    [InlineData(401, Json, 502, "pool_refused_gateway")]
    [InlineData(402, Json, 502, "pool_refused_gateway")]
    [InlineData(403, Json, 502, "pool_refused_gateway")]
    [InlineData(403, Html, 502, "pool_refused_gateway")]
    [InlineData(407, Json, 502, "pool_refused_gateway")]
    [InlineData(408, Json, 504, "pool_timeout")]
    [InlineData(429, Json, 503, "pool_overloaded")]
    [InlineData(429, Html, 503, "pool_overloaded")]
    [InlineData(503, Html, 503, "pool_overloaded")]
    [InlineData(504, Html, 504, "pool_timeout")]
    [InlineData(500, Json, 502, "pool_error")]
    [InlineData(502, Html, 502, "pool_error")]
    [InlineData(400, Html, 502, "pool_error")]
    [InlineData(404, Html, 502, "pool_error")]
    [InlineData(404, null, 502, "pool_error")]
    [InlineData(302, Json, 502, "pool_error")]
    [InlineData(204, Json, 502, "pool_error")]
    [InlineData(200, Html, 502, "pool_bad_answer")]
    [InlineData(200, null, 502, "pool_bad_answer")]
    [InlineData(200, Events, 502, "pool_bad_answer")]
    public void Everything_else_is_told_in_the_gateways_words(int status, string? contentType, int told, string code)
    {
        var error = PoolError.For(AnswerOf(status, contentType), Some.Call())!;

        Assert.Equal((told, code, "server_error"), (error.Status, error.Code, error.Type));
        AssertFitForClients(error);
    }

    [Theory]
    [InlineData(Json)]
    [InlineData(Html)]
    public void A_stream_that_was_asked_for_is_answered_by_one(string contentType) =>
        Assert.Equal("pool_bad_answer", PoolError.For(AnswerOf(200, contentType), Some.Call(stream: true))!.Code);

    [Theory]
    [InlineData(null, 1)]
    [InlineData("5", 5)]
    [InlineData("60", 60)]
    [InlineData("61", 1)]
    [InlineData("0", 1)]
    [InlineData("Wed, 21 Oct 2037 07:28:00 GMT", 1)]
    public void An_overloaded_pool_may_name_a_wait_of_up_to_a_minute(string? header, int seconds)
    {
        var answer = AnswerOf(429, Json);
        if (header is not null)
        {
            answer.Headers.TryAddWithoutValidation("Retry-After", header);
        }

        Assert.Equal(TimeSpan.FromSeconds(seconds), PoolError.For(answer, Some.Call())!.RetryAfter);
    }

    [Theory]
    [InlineData(ForwarderError.Request, 503, "pool_unavailable")]
    [InlineData(ForwarderError.NoAvailableDestinations, 503, "pool_unavailable")]
    [InlineData(ForwarderError.RequestTimedOut, 504, "pool_timeout")]
    [InlineData(ForwarderError.ResponseHeaders, 502, "pool_bad_answer")]
    [InlineData(ForwarderError.ResponseBodyDestination, 502, "pool_bad_answer")]
    public void No_answer_at_all_is_told_by_its_cause(ForwarderError failure, int status, string code)
    {
        var error = PoolError.For(failure);

        Assert.Equal((status, code), (error.Status, error.Code));
        AssertFitForClients(error);
    }

    private static void AssertFitForClients(ApiError error)
    {
        Assert.DoesNotMatch(StopPhrases(), error.Message);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(1), error.RetryAfter);
    }

    private static HttpResponseMessage AnswerOf(int status, string? contentType)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent([]) };
        answer.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return answer;
    }

    [GeneratedRegex("billing|credit balance|will reset at|quota exhausted", RegexOptions.IgnoreCase)]
    private static partial Regex StopPhrases();
}
