using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Sluice.Edge.Pools;

/// <summary>Makes the HTTP clients for pools, over connections that know their call.</summary>
internal sealed class PoolConnections(IOptions<EdgeOptions> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly List<HttpMessageInvoker> _clients = [];

    /// <summary>A client with connections of its own, so that a slow pool takes nobody else's.</summary>
    public HttpMessageInvoker ClientOf(Pool pool)
    {
        var client = new HttpMessageInvoker(new WholeBody(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),

            // An answer given up is closed at once, not read on: the pool must stop its work now.
            ResponseDrainTimeout = TimeSpan.Zero,
            MaxResponseDrainSize = 0,
            ConnectTimeout = ConnectTimeout,
            ConnectCallback = ConnectAsync,
        }));
        _clients.Add(client);
        return client;
    }

    public static ForwarderRequestConfig RequestConfigOf(Pool pool) => new()
    {
        // One call a connection, so that closing it ends the call and its end can be seen: PoolConnection.
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        ActivityTimeout = pool.FirstByteTimeout,
    };

    public void Dispose() => _clients.ForEach(client => client.Dispose());

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new PoolConnection(socket, options.Value.PoolCloseTimeout, time);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
