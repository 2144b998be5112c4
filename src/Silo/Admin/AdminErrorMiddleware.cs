using System.Text.Json;

namespace Sluice.Silo.Admin;

/// <summary>Exceptions of the admin API become 500 and 503 here and nowhere else.</summary>
internal sealed partial class AdminErrorMiddleware(RequestDelegate next, ILogger<AdminErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            LogOperatorGone(context.Request.Method, context.Request.Path);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            var reason = exception.InnerException switch
            {
                JsonException mistake => BodyMistake.SentenceOf(mistake),
                { } other => other.Message,
                null => exception.Message,
            };
            await TypedResults.Problem($"The request cannot be read: {reason}", statusCode: exception.StatusCode)
                .ExecuteAsync(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailed(exception, context.Request.Method, context.Request.Path);
            context.Response.Headers.RetryAfter = "1";
            await TypedResults.Problem(
                "The change may or may not have happened: look, and repeat it. It is safe to repeat.",
                statusCode: exception is TimeoutException or OrleansException
                    ? StatusCodes.Status503ServiceUnavailable
                    : StatusCodes.Status500InternalServerError).ExecuteAsync(context);
        }
    }

    [LoggerMessage(3001, LogLevel.Debug, "{Method} {Path}: the operator is gone.")]
    private partial void LogOperatorGone(string method, PathString path);

    [LoggerMessage(3002, LogLevel.Error, "{Method} {Path} failed.")]
    private partial void LogFailed(Exception exception, string method, PathString path);
}
