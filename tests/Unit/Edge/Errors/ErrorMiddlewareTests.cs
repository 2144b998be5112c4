using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Xunit;

namespace Sluice.Unit.Edge.Errors;

public sealed class ErrorMiddlewareTests
{
    private readonly Exchange _exchange = new();

    [Fact]
    public async Task Every_request_has_an_id_of_its_own_that_the_answer_names()
    {
        var session = Some.Session();
        await session.OpenAsync(CancellationToken.None);
        var calls = new List<ModelCall>();
        var middleware = new ErrorMiddleware(Note, session, NullLogger<ErrorMiddleware>.Instance);
        var second = new Exchange();

        await middleware.InvokeAsync(_exchange.Context);
        await middleware.InvokeAsync(second.Context);

        Assert.Equal([Some.RequestId(1), Some.RequestId(2)], calls.Select(call => call.RequestId));
        Assert.Equal("req_7_1", _exchange.Headers["x-request-id"]);
        Assert.Equal("req_7_2", second.Headers["x-request-id"]);

        Task Note(HttpContext context)
        {
            calls.Add(context.Call());
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void An_edge_without_a_session_gives_no_ids() =>
        Assert.Throws<InvalidOperationException>(() => Some.Session().Next());

    /// <summary>Guards keys and limits: trouble of ours is never told as a wrong key or a full limit.</summary>
    [Theory]
    [InlineData(typeof(TimeoutException), 503, "service_unavailable")]
    [InlineData(typeof(SiloUnavailableException), 503, "service_unavailable")]
    [InlineData(typeof(OrleansException), 503, "service_unavailable")]
    [InlineData(typeof(LimitExceededException), 503, "service_unavailable")]
    [InlineData(typeof(InconsistentStateException), 503, "service_unavailable")]
    [InlineData(typeof(LostDatabaseException), 503, "service_unavailable")]
    [InlineData(typeof(InvalidOperationException), 500, "internal_error")]
    [InlineData(typeof(OperationCanceledException), 500, "internal_error")]
    public async Task An_exception_is_our_trouble_and_worth_a_retry(Type exception, int status, string code)
    {
        await Fail((Exception)Activator.CreateInstance(exception)!);

        Assert.Equal((status, code), (_exchange.Status, _exchange.Code));
        Assert.Equal("1", _exchange.Headers.RetryAfter);
        Assert.Equal("true", _exchange.Headers["x-should-retry"]);
        Assert.Equal("req_7_1", _exchange.Headers["x-request-id"]);
    }

    [Fact]
    public async Task Broken_HTTP_is_the_clients_mistake_with_Kestrels_status()
    {
        await Fail(new BadHttpRequestException("Unexpected end of request content.", 408));

        Assert.Equal((408, "invalid_request"), (_exchange.Status, _exchange.Code));
        Assert.Equal("The HTTP request is malformed.", _exchange.Message);
    }

    [Fact]
    public async Task Nobody_is_answered_when_the_client_is_gone()
    {
        _exchange.HangUp();

        await Fail(new OperationCanceledException());

        Assert.Empty(_exchange.Answer);
    }

    private async Task Fail(Exception exception)
    {
        var session = Some.Session();
        await session.OpenAsync(CancellationToken.None);
        await new ErrorMiddleware(_ => throw exception, session, NullLogger<ErrorMiddleware>.Instance)
            .InvokeAsync(_exchange.Context);
    }

    /// <summary>As a driver throws it, in a process that has its silo within.</summary>
    private sealed class LostDatabaseException : System.Data.Common.DbException;
}
