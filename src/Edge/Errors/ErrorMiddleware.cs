using System.Data.Common;
using Sluice.Edge.Calls;
using Sluice.Edge.Degraded;
using Sluice.Edge.Sessions;
using Sluice.Edge.Tokens;

namespace Sluice.Edge.Errors;

/// <summary>
/// Gives every request its id and its call, and turns exceptions into 500 and 503: here and nowhere else. An exception
/// is our trouble, so it is never a 401 and never a 429.
/// </summary>
internal sealed partial class ErrorMiddleware(
    RequestDelegate next, EdgeSession session, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var call = new ModelCall
        {
            RequestId = session.Next(), ClientAddress = AddressBits.Of(context.Connection.RemoteIpAddress),
        };
        var requestId = call.RequestIdText;
        context.Features.Set(call);
        context.Response.Headers[RequestIdText.Header] = requestId;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            LogClientGone(requestId); // Nobody is left to be answered.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            // Kestrel found the request itself broken: a chunk without a length, a body shorter than it said.
            LogBadRequest(requestId, exception.StatusCode);
            await (ApiError.BadRequest("The HTTP request is malformed.") with { Status = exception.StatusCode })
                .WriteAsync(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            // Of a cluster that cannot answer: an exception of a grain that is not known here is an OrleansException.
            var outage = exception is TimeoutException or OrleansException or DbException or OutageException;
            if (call.IsOutageTold && outage)
            {
                LogOutage(exception, requestId); // It is one outage, however many requests come to grief by it.
            }
            else
            {
                LogFailed(exception, requestId);
            }

            if (outage && context.Request.Path.StartsWithSegments(OAuthEndpoints.Root))
            {
                await OAuthError.Unavailable.WriteAsync(context); // In the dialect of those who ask for tokens.
                return;
            }

            await (!outage ? ApiError.Unexpected
                : exception is OutageException { RetryAfter: var wait } ? ApiError.Undecided with { RetryAfter = wait }
                : ApiError.Undecided).WriteAsync(context);
        }
    }

    [LoggerMessage(2001, LogLevel.Debug, "Request {RequestId}: the client is gone.")]
    private partial void LogClientGone(string requestId);

    [LoggerMessage(2002, LogLevel.Information, "Request {RequestId}: malformed HTTP, answered {Status}.")]
    private partial void LogBadRequest(string requestId, int status);

    [LoggerMessage(2003, LogLevel.Error, "Request {RequestId} failed.")]
    private partial void LogFailed(Exception exception, string requestId);

    [LoggerMessage(2004, LogLevel.Debug, "Request {RequestId}: its client's silo cannot be reached.")]
    private partial void LogOutage(Exception exception, string requestId);
}
