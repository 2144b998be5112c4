using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Sessions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Sluice.Edge.Pools;

/// <summary>
/// How YARP forwards to pools: one cluster a pool, one route for all of them; the body decides which.
/// </summary>
internal static class PoolProxy
{
    /// <summary>The routes that carry a model's name in a JSON body.</summary>
    public static readonly string[] Paths = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"];

    // Credentials of the client, and what only a gateway may say to a pool.
    private static readonly string[] NotForwarded =
    [
        "Authorization", "api-key", "x-api-key", "Cookie", "Proxy-Authorization",
        "OpenAI-Organization", "OpenAI-Project", "Forwarded", "X-Real-IP", "Via",
    ];

    private static readonly string[] NotForwardedPrefixes = ["x-llm-d-", "x-gateway-", "x-forwarded-"];

    public static IReadOnlyList<RouteConfig> Routes(PoolCatalog pools) =>
        [.. Paths.Select(path => new RouteConfig
        {
            RouteId = path,
            ClusterId = pools.All[0].Name, // The body step replaces it by the pool that serves the model.
            Match = new RouteMatch { Path = path, Methods = ["POST"] },
        })];

    public static IReadOnlyList<ClusterConfig> Clusters(PoolCatalog pools) =>
        [.. pools.All.Select(pool => new ClusterConfig
        {
            ClusterId = pool.Name,
            Destinations = new Dictionary<string, DestinationConfig>
            {
                [pool.Name] = new() { Address = pool.Address.AbsoluteUri },
            },
            HttpRequest = new ForwarderRequestConfig
            {
                // One call a connection, so that closing it ends the call and its end can be seen: PoolConnection.
                Version = HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                ActivityTimeout = pool.FirstByteTimeout,
            },
        })];

    public static void Configure(SocketsHttpHandler handler, IServiceProvider services)
    {
        var closeTimeout = services.GetRequiredService<IOptions<EdgeOptions>>().Value.PoolCloseTimeout;
        var time = services.GetRequiredService<TimeProvider>();
        handler.AllowAutoRedirect = false;

        // An answer given up is closed at once, not read on: the pool must stop its work now.
        handler.ResponseDrainTimeout = TimeSpan.Zero;
        handler.MaxResponseDrainSize = 0;
        handler.ConnectTimeout = TimeSpan.FromSeconds(5);
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new PoolConnection(socket, closeTimeout, time);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
    }

    public static void Transform(TransformBuilderContext builder)
    {
        builder.UseDefaultForwarders = false; // A pool, least of all a provider, has no business with client addresses.
        builder.AddRequestTransform(context =>
        {
            var call = context.HttpContext.Call();
            var headers = context.ProxyRequest.Headers;
            foreach (var name in NotForwarded)
            {
                headers.Remove(name);
            }

            List<string>? ofGateways = null; // Seldom there, and a list is not changed while it is walked.
            foreach (var header in headers.NonValidated)
            {
                if (IsGatewaysOwn(header.Key))
                {
                    (ofGateways ??= []).Add(header.Key);
                }
            }

            ofGateways?.ForEach(name => headers.Remove(name));

            headers.Remove(RequestIdText.Header);
            headers.TryAddWithoutValidation(RequestIdText.Header, call.RequestIdText);
            if (call.Pool!.Key is { } key)
            {
                headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }

            // No route of ours has parameters in its address, and some clients put their key there: it would end up in
            // the logs of whoever runs the pool.
            if (context.HttpContext.Request.QueryString.HasValue)
            {
                context.Query.Collection.Clear();
            }

            // The edge reads what comes back, so it must come as it is.
            headers.AcceptEncoding.Clear();
            headers.TryAddWithoutValidation("Accept-Encoding", "identity");
            return ValueTask.CompletedTask;
        });
        var relay = builder.Services.GetRequiredService<PoolAnswer>();
        builder.AddResponseTransform(async context =>
        {
            if (context.ProxyResponse is { } answer)
            {
                context.SuppressResponseBody = true; // PoolAnswer writes it: YARP could only cut a broken stream short.
                try
                {
                    await relay.RelayAsync(context.HttpContext, answer);
                }
                catch (OperationCanceledException)
                    when (context.HttpContext.RequestAborted.IsCancellationRequested)
                {
                    // The client hung up: nobody is left to be answered, and YARP would log a failure of its own.
                }
            }
        });
    }

    private static bool IsGatewaysOwn(string header)
    {
        foreach (var prefix in NotForwardedPrefixes)
        {
            if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
