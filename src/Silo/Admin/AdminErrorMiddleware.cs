using System.Text.Json;

namespace Sluice.Silo.Admin;

/// <summary>
/// Exceptions of the admin API become 500 and 503 here and nowhere else, and what routing refuses without a word gets
/// the same body as every other refusal.
/// </summary>
internal sealed partial class AdminErrorMiddleware(RequestDelegate next, ILogger<AdminErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            await ExplainAsync(context);
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

    private static Task ExplainAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (response.HasStarted || response.ContentType is not null)
        {
            return Task.CompletedTask;
        }

        var detail = response.StatusCode switch
        {
            StatusCodes.Status404NotFound =>
                $"There is nothing at '{request.Path}'; {AdminApi.DescriptionPath} lists what there is.",
            StatusCodes.Status405MethodNotAllowed =>
                $"'{request.Path}' does not accept {request.Method}; it accepts {response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType =>
                "The body must be JSON: send 'Content-Type: application/json'.",
            _ => null,
        };
        return detail is null
            ? Task.CompletedTask
            : TypedResults.Problem(detail, statusCode: response.StatusCode).ExecuteAsync(context);
    }

    [LoggerMessage(3001, LogLevel.Debug, "{Method} {Path}: the operator is gone.")]
    private partial void LogOperatorGone(string method, PathString path);

    [LoggerMessage(3002, LogLevel.Error, "{Method} {Path} failed.")]
    private partial void LogFailed(Exception exception, string method, PathString path);
}
