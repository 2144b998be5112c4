using System.Data.Common;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Silo.Admin;
using Xunit;

namespace Sluice.Unit.Silo.Admin;

/// <summary>Guards operators: a cluster that cannot answer now is told apart from a failure of ours.</summary>
public sealed class AdminErrorMiddlewareTests
{
    [Theory]
    [InlineData(typeof(SiloUnavailableException), 503, "The cluster cannot answer now.")]
    [InlineData(typeof(OrleansException), 503, "The cluster cannot answer now.")]
    [InlineData(typeof(InconsistentStateException), 503, "The cluster cannot answer now.")]
    [InlineData(typeof(TimeoutException), 503, "The cluster cannot answer now.")]
    [InlineData(typeof(LostDatabaseException), 503, "The cluster cannot answer now.")]
    [InlineData(typeof(LimitExceededException), 503, "The cluster has too much to do now.")]
    [InlineData(typeof(InvalidOperationException), 500, "The silo failed; its log says why.")]
    public async Task What_cannot_be_answered_is_worth_another_try(Type exception, int status, string what)
    {
        var looked = await Fail("GET", (Exception)Activator.CreateInstance(exception)!);
        var changed = await Fail("PUT", (Exception)Activator.CreateInstance(exception)!);

        Assert.Equal((status, "1", $"{what} Try again shortly."), looked);
        Assert.Equal((status, "1"), (changed.Status, changed.RetryAfter));
        Assert.Equal(
            $"{what} The change may or may not have happened: look, then try again. It is safe to repeat.",
            changed.Detail);
    }

    private static async Task<(int Status, string RetryAfter, string Detail)> Fail(string method, Exception exception)
    {
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider(),
        };
        context.Request.Method = method;
        using var body = new MemoryStream();
        context.Response.Body = body;

        await new AdminErrorMiddleware(_ => throw exception, NullLogger<AdminErrorMiddleware>.Instance)
            .InvokeAsync(context);

        var problem = JsonDocument.Parse(Encoding.UTF8.GetString(body.ToArray())).RootElement;
        return (
            context.Response.StatusCode,
            context.Response.Headers.RetryAfter.ToString(),
            problem.GetProperty("detail").GetString()!);
    }

    private sealed class LostDatabaseException : DbException;
}
