using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Forwarder;

namespace Sluice.Edge.Pools;

/// <summary>Hands the call to the pool that serves its model, and answers for a pool that did not answer.</summary>
internal sealed partial class PoolMiddleware(
    RequestDelegate next, IProxyStateLookup clusters, ILogger<PoolMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var call = context.Call();
        if (!clusters.TryGetCluster(call.Pool!.Name, out var cluster))
        {
            throw new InvalidOperationException(
                $"YARP has no cluster for pool '{call.Pool.Name}': PoolProxy.Clusters must name every pool.");
        }

        context.ReassignProxyRequest(cluster);
        PoolConnection.BeginCall(call);
        await next(context);
        if (context.GetForwarderErrorFeature() is { } failure && !context.RequestAborted.IsCancellationRequested)
        {
            LogNoAnswer(failure.Exception, call.RequestIdText, call.Pool.Name, failure.Error);
            if (context.Response.HasStarted)
            {
                context.Abort(); // Ended here, half an answer would look whole.
                return;
            }

            await (call.IsCutOff ? ApiError.Stopping : PoolError.For(failure.Error)).WriteAsync(context);
        }
    }

    [LoggerMessage(2211, LogLevel.Warning, "Request {RequestId}: no answer from pool {Pool}: {Error}.")]
    private partial void LogNoAnswer(Exception? exception, string requestId, string pool, ForwarderError error);
}
