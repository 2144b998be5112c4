using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Calls;

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
        if (!buffer.IsOn)
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
            Method = Short(request.Method, MethodMax),
            Path = Plain(request.Path.Value),
            Status = isGone ? ClientGone : response.StatusCode,
            Code = call.ErrorCode ?? "",
            Duration = took.Ticks / TimeSpan.TicksPerMicrosecond,
            Address = AddressBits.Of(context.Connection.RemoteIpAddress),
            Agent = Plain(request.Headers.UserAgent),
            Model = Plain(call.Body?.Model),
            Pool = call.Dispatched ? call.Pool?.Name ?? "" : "",
            IsDecided = call.IsAsked || call.SpentOf is not null || call.IsDegraded,
        };
    }

    /// <summary>What a client wrote, without a key that it may have put there by mistake.</summary>
    private static string Plain(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var key = text.IndexOf("slk_", StringComparison.OrdinalIgnoreCase);
        return Short(key < 0 ? text : text[..key] + "slk_…", TextMax);
    }

    private static string Short(string text, int most) => text.Length <= most ? text : text[..most];
}
