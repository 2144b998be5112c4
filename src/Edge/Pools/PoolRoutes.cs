using Sluice.Edge.Calls;

namespace Sluice.Edge.Pools;

/// <summary>The URLs that are forwarded to pools.</summary>
internal static class PoolRoutes
{
    /// <summary>The routes that carry a model's name in a JSON body.</summary>
    public static readonly string[] Paths = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"];

    /// <summary>Takes every call of a model through these steps; the last one forwards it.</summary>
    public static void MapModelCalls(this IEndpointRouteBuilder endpoints, Action<IApplicationBuilder> steps)
    {
        var pipeline = endpoints.CreateApplicationBuilder();
        steps(pipeline);
        var forwarder = endpoints.ServiceProvider.GetRequiredService<PoolForwarder>();
        pipeline.Run(forwarder.ForwardAsync);
        var call = pipeline.Build();
        foreach (var path in Paths)
        {
            var endpoint = path["/v1/".Length..];
            endpoints.MapPost(path, context =>
            {
                context.Call().Endpoint = endpoint;
                return call(context);
            });
        }
    }
}
