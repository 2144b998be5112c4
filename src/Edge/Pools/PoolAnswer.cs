using System.Net;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Sessions;
using Sluice.Edge.Usage;

namespace Sluice.Edge.Pools;

/// <summary>Brings a pool's answer to the client: its errors in our words, its streams as they arrive.</summary>
internal sealed partial class PoolAnswer(TimeProvider time, ILogger<PoolAnswer> logger)
{
    // Said by the pool for itself; to the client the gateway speaks.
    private static readonly string[] NotRelayed =
        ["Server", "Set-Cookie", "WWW-Authenticate", "Connection", "Keep-Alive"];

    public async Task RelayAsync(HttpContext context, HttpResponseMessage answer)
    {
        var call = context.Call();
        call.PoolStatus = (int)answer.StatusCode;
        CleanHeaders(context.Response, call);
        if (PoolError.For(answer, call) is { } error)
        {
            LogPoolError(call.RequestIdText, call.Pool!.Name, (int)answer.StatusCode, error.Status);
            await error.WriteAsync(context);
            return;
        }

        using var idle = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        await using var body = await answer.Content.ReadAsStreamAsync(idle.Token);
        using var source = new PoolBody(body, call.Pool!.IdleTimeout, idle, time);
        var ended = HasType(answer, "text/event-stream")
            ? await StreamRelay.RelayAsync(context, call, source)
            : await DocumentRelay.RelayAsync(context, call, source, answer.StatusCode is HttpStatusCode.OK);
        if (ended is null)
        {
            call.Connection?.EndCall(call);
        }
        else
        {
            LogBroken(call.RequestIdText, call.Pool.Name, ended);
        }
    }

    private static void CleanHeaders(HttpResponse response, ModelCall call)
    {
        var headers = response.Headers;
        foreach (var name in NotRelayed)
        {
            headers.Remove(name);
        }

        List<string>? limitsOfPool = null; // Most pools have none, and a list is not changed while it is walked.
        foreach (var header in headers)
        {
            if (header.Key.StartsWith(RateLimitHeaders.Prefix, StringComparison.OrdinalIgnoreCase))
            {
                (limitsOfPool ??= []).Add(header.Key);
            }
        }

        limitsOfPool?.ForEach(name => headers.Remove(name));

        headers.ContentLength = null; // Usage may be taken out, and an error may take the body's place.
        headers[RequestIdText.Header] = call.RequestIdText;
        RateLimitHeaders.Write(headers, call.Decision!.Value);
    }

    private static bool HasType(HttpResponseMessage answer, string type) =>
        string.Equals(answer.Content.Headers.ContentType?.MediaType, type, StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(2201, LogLevel.Warning,
        "Request {RequestId}: pool {Pool} answered {PoolStatus}; the client gets {Status}.")]
    private partial void LogPoolError(string requestId, string pool, int poolStatus, int status);

    [LoggerMessage(2202, LogLevel.Warning, "Request {RequestId}: the answer of pool {Pool} broke off: {Reason}.")]
    private partial void LogBroken(string requestId, string pool, string reason);
}
