using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Calls;
using Sluice.Rules.Credentials;

namespace Sluice.Edge.CallLog;

/// <summary>
/// Notes every request of the API and the token service, however it ends. Nothing of its body, its query or its
/// credential is noted, but whom it names.
/// </summary>
internal sealed class CallLogMiddleware(RequestDelegate next, CallLogBuffer buffer, TimeProvider time)
{
    private const int TextMax = 256;
    private const int MethodMax = 16;

    /// <summary>What others call a request whose client was gone before there was an answer.</summary>
    private const int ClientGone = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!buffer.IsOn || IsProbe(context.Request.Path))
        {
            await next(context);
            return;
        }

        var started = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            if (context.Features.Get<ModelCall>() is { } call)
            {
                buffer.Add(RecordOf(context, call, time.GetElapsedTime(started)));
            }
        }
    }

    /// <summary>Of a load balancer, each second: that it came tells nobody anything.</summary>
    private static bool IsProbe(PathString path) => path == "/healthz" || path == "/readyz";

    private CallRecord RecordOf(HttpContext context, ModelCall call, TimeSpan took)
    {
        var at = time.GetUtcNow() - took - DateTimeOffset.UnixEpoch;
        var (request, response) = (context.Request, context.Response);
        var isGone = context.RequestAborted.IsCancellationRequested && !response.HasStarted;
        return new CallRecord
        {
            At = Math.Max(0, at.Ticks / TimeSpan.TicksPerMicrosecond),
            Sequence = call.RequestId.Sequence,
            ClientId = call.Caller.ClientId ?? "",
            KeyVersion = call.Caller.KeyVersion,
            ByToken = call.Caller.Token is not null,
            Method = ToldText.Of(request.Method, MethodMax),
            Path = ToldText.Of(request.Path.Value, TextMax),
            Status = isGone ? ClientGone : response.StatusCode,
            Code = call.ErrorCode ?? "",
            Duration = took.Ticks / TimeSpan.TicksPerMicrosecond,
            Address = AddressBits.Of(context.Connection.RemoteIpAddress),
            Agent = ToldText.Of(request.Headers.UserAgent, TextMax),
            Model = ToldText.Of(call.Body?.Model, TextMax),
            Pool = call.Dispatched ? call.Pool?.Name ?? "" : "",
            IsDecided = call.IsAsked || call.SpentOf is not null || call.IsDegraded,
        };
    }
}
