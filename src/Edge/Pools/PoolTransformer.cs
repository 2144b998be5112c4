using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;
using Sluice.Edge.Calls;
using Sluice.Edge.Sessions;
using Yarp.ReverseProxy.Forwarder;

namespace Sluice.Edge.Pools;

/// <summary>What of a request a pool gets to see, and what becomes of its answer.</summary>
internal sealed class PoolTransformer(Pool pool, PoolAnswer relay) : HttpTransformer
{
    // Credentials of the client, what only a gateway may say to a pool, and what the request says of its own body and
    // connection. A pool, least of all a provider, has no business with client addresses.
    private static readonly FrozenSet<string> NotForwarded = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [
            "Authorization", "api-key", "x-api-key", "Cookie", "Proxy-Authorization",
            "OpenAI-Organization", "OpenAI-Project", "Forwarded", "X-Real-IP", "Via",
            "Host", "Accept-Encoding", "Origin", RequestIdText.Header, .. HopByHop.Headers,
        ]);

    private static readonly string[] NotForwardedPrefixes = [":", "x-llm-d-", "x-gateway-", "x-forwarded-"];

    private readonly Dictionary<string, Uri> _addresses = PoolRoutes.Paths.ToDictionary(
        path => path, path => RequestUtilities.MakeDestinationAddress(pool.Address.AbsoluteUri, path, default));

    private readonly string? _authorization = pool.Key is { } key ? $"Bearer {key}" : null;

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix,
        CancellationToken cancellationToken)
    {
        // Without a query: no route of ours has parameters in its address, and some clients put their key there; it
        // would end up in the logs of whoever runs the pool.
        proxyRequest.RequestUri = _addresses[((RouteEndpoint)httpContext.GetEndpoint()!).RoutePattern.RawText!];
        foreach (var (name, values) in httpContext.Request.Headers)
        {
            if (IsForwarded(name))
            {
                Add(proxyRequest, name, values);
            }
        }

        var headers = proxyRequest.Headers;
        headers.TryAddWithoutValidation(RequestIdText.Header, httpContext.Call().RequestIdText);
        headers.TryAddWithoutValidation("Accept-Encoding", "identity"); // The edge reads what comes back.
        if (_authorization is not null)
        {
            headers.TryAddWithoutValidation("Authorization", _authorization);
        }

        return ValueTask.CompletedTask;
    }

    /// <returns>False: the answer was written here. YARP could only cut a broken stream short.</returns>
    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is { } answer)
        {
            try
            {
                await relay.RelayAsync(httpContext, answer);
            }
            catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
            {
                // The client hung up: nobody is left to be answered, and YARP would log a failure of its own.
            }
        }

        return false;
    }

    private static bool IsForwarded(string name)
    {
        if (NotForwarded.Contains(name))
        {
            return false;
        }

        foreach (var prefix in NotForwardedPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A header of the request, or else one of its content.</summary>
    private static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (values is [var value])
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
        else if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }
}
