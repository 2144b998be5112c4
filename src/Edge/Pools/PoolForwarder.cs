using Sluice.Edge.Calls;
using Yarp.ReverseProxy.Forwarder;

namespace Sluice.Edge.Pools;

/// <summary>
/// Forwards a call to the pool that serves its model, with YARP's forwarder, and answers for a pool that did not.
/// </summary>
/// <remarks>
/// Not YARP's whole pipeline: the body has chosen the pool, a pool is one address, and each step of the pipeline is
/// paid for by every request.
/// </remarks>
internal sealed partial class PoolForwarder(
    IHttpForwarder forwarder,
    PoolCatalog pools,
    PoolAnswer relay,
    PoolConnections connections,
    ILogger<PoolForwarder> logger)
{
    private readonly Dictionary<string, Target> _targets = pools.All.ToDictionary(
        pool => pool.Name,
        pool => new Target(
            connections.ClientOf(pool), PoolConnections.RequestConfigOf(pool), new PoolTransformer(pool, relay)));

    public async Task ForwardAsync(HttpContext context)
    {
        var call = context.Call();
        var pool = call.Pool!;
        var (client, config, transformer) = _targets[pool.Name];
        if (call.CutOffWith is { } over)
        {
            await over.WriteAsync(context); // While it waited for its turn: the pool need not begin.
            return;
        }

        PoolConnection.BeginCall(call);
        var error = await forwarder.SendAsync(context, pool.Address.AbsoluteUri, client, config, transformer);
        if (error is not ForwarderError.None && !context.RequestAborted.IsCancellationRequested)
        {
            LogNoAnswer(context.GetForwarderErrorFeature()?.Exception, call.RequestIdText, pool.Name, error);
            if (context.Response.HasStarted)
            {
                context.Abort(); // Ended here, half an answer would look whole.
                return;
            }

            await (call.CutOffWith ?? PoolError.For(error)).WriteAsync(context);
        }
    }

    [LoggerMessage(2211, LogLevel.Warning, "Request {RequestId}: no answer from pool {Pool}: {Error}.")]
    private partial void LogNoAnswer(Exception? exception, string requestId, string pool, ForwarderError error);

    private readonly record struct Target(
        HttpMessageInvoker Client, ForwarderRequestConfig Config, PoolTransformer Transformer);
}
