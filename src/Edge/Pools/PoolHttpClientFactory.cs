using Yarp.ReverseProxy.Forwarder;

namespace Sluice.Edge.Pools;

/// <summary>YARP's clients for pools, over connections that know their call.</summary>
internal sealed class PoolHttpClientFactory(IServiceProvider services, ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger)
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        PoolProxy.Configure(handler, services);
    }
}
