using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

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
            await AnswerOf(exception, context.Request.Method).ExecuteAsync(context);
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

    /// <summary>
    /// A grain or its storage that cannot be reached is 503: silos come and go. Only what nobody expected is 500.
    /// </summary>
    private static ProblemHttpResult AnswerOf(Exception exception, string method)
    {
        var looking = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        var (status, what) = exception switch
        {
            LimitExceededException => (StatusCodes.Status503ServiceUnavailable, "The cluster has too much to do now."),
            TimeoutException or OrleansException or DbException =>
                (StatusCodes.Status503ServiceUnavailable, "The cluster cannot answer now."),
            _ => (StatusCodes.Status500InternalServerError, "The silo failed; its log says why."),
        };
        return TypedResults.Problem(
            looking
                ? $"{what} Try again shortly."
                : $"{what} The change may or may not have happened: look, then try again. It is safe to repeat.",
            statusCode: status);
    }

    [LoggerMessage(3001, LogLevel.Debug, "{Method} {Path}: the operator is gone.")]
    private partial void LogOperatorGone(string method, PathString path);

    [LoggerMessage(3002, LogLevel.Error, "{Method} {Path} failed.")]
    private partial void LogFailed(Exception exception, string method, PathString path);
}
