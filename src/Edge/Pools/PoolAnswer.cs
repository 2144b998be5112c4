using System.Collections.Frozen;
using System.Net;
using System.Net.Http.Headers;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Sessions;
using Sluice.Edge.Usage;

namespace Sluice.Edge.Pools;

/// <summary>Brings a pool's answer to the client: its errors in our words, its streams as they arrive.</summary>
internal sealed partial class PoolAnswer(TimeProvider time, ILogger<PoolAnswer> logger)
{
    // What the pool says for itself: to the client the gateway speaks. The length changes when usage is taken out, and
    // when an error takes the body's place.
    private static readonly FrozenSet<string> NotRelayed = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ["Server", "Set-Cookie", "WWW-Authenticate", "Content-Length", RequestIdText.Header, DecisionHeader.Name,
            .. HopByHop.Headers]);

    public async Task RelayAsync(HttpContext context, HttpResponseMessage answer)
    {
        var call = context.Call();
        call.PoolStatus = (int)answer.StatusCode;
        if (PoolError.For(answer, call) is { } error)
        {
            LogPoolError(call.RequestIdText, call.Pool!.Name, (int)answer.StatusCode, error.Status);
            await error.WriteAsync(context);
            return;
        }

        Copy(answer.Headers, context.Response.Headers);
        Copy(answer.Content.Headers, context.Response.Headers);
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        await using var body = await answer.Content.ReadAsStreamAsync(idle.Token);
        using var source = new PoolBody(body, call.Pool!.IdleTimeout, idle, time);
        var ended = MediaType.Is(answer.Content.Headers, MediaType.Events)
            ? await StreamRelay.RelayAsync(context, call, source)
            : await DocumentRelay.RelayAsync(
                context, call, source, answer.Content.Headers.ContentLength, answer.StatusCode is HttpStatusCode.OK);
        if (ended is not null)
        {
            LogBroken(call.RequestIdText, call.Pool.Name, ended);
        }
        else if (!call.IsStopped)
        {
            call.Connection?.EndCall(call);
        }
    }

    private static void Copy(HttpHeaders from, IHeaderDictionary to)
    {
        foreach (var (name, values) in from.NonValidated)
        {
            // The limits of a pool are the gateway's, not the client's, who has been told its own.
            if (!NotRelayed.Contains(name)
                && !name.StartsWith(RateLimitHeaders.Prefix, StringComparison.OrdinalIgnoreCase)
                && !name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)) // Tenants say, not pools.
            {
                to[name] = values.Count == 1 ? values.ToString() : (string[])[.. values];
            }
        }
    }

    [LoggerMessage(2201, LogLevel.Warning,
        "Request {RequestId}: pool {Pool} answered {PoolStatus}; the client gets {Status}.")]
    private partial void LogPoolError(string requestId, string pool, int poolStatus, int status);

    [LoggerMessage(2202, LogLevel.Warning, "Request {RequestId}: the answer of pool {Pool} broke off: {Reason}.")]
    private partial void LogBroken(string requestId, string pool, string reason);
}
