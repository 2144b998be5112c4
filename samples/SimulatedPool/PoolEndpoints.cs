using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sluice.SimulatedPool.Calls;
using Sluice.SimulatedPool.Failures;
using Sluice.SimulatedPool.Metrics;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool;

/// <summary>Every address of the pool.</summary>
internal static class PoolEndpoints
{
    public static void Map(WebApplication app, PoolParts parts)
    {
        Call(HttpMethods.Post, "/v1/chat/completions", parts.Generation.ChatAsync);
        Call(HttpMethods.Post, "/v1/completions", parts.Generation.CompleteAsync);
        Call(HttpMethods.Post, "/v1/embeddings", parts.Embeddings.EmbedAsync);
        Call(HttpMethods.Get, "/v1/models", parts.Models.ListAsync);
        Call(HttpMethods.Get, $"/v1/models/{{**{ModelHandler.IdValue}}}", parts.Models.GetAsync);

        app.MapGet("/health", context => Health(context, parts.Failures));
        app.MapGet("/metrics", context => Text(context.Response, MetricsText.ContentType, parts.MetricsText.Write()));
        app.MapGet("/version", Version);
        app.MapPost("/simulate", context => SimulateAsync(context, parts));
        app.MapFallback(context => Refuse(context.Response, PoolError.UnknownRoute));

        void Call(string method, string path, CallHandler handler) =>
            app.MapMethods(path, [method], context => parts.Pipeline.RunAsync(context, handler));
    }

    private static Task Health(HttpContext context, FailureBoard failures)
    {
        context.Response.StatusCode =
            failures.Current.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return Task.CompletedTask;
    }

    private static Task Version(HttpContext context)
    {
        ReplyWriter.Write(context.Response, new VersionReply("simulated"), PoolJson.Wire.VersionReply);
        return Task.CompletedTask;
    }

    /// <summary>Switches failures of the whole pool; the body holds the switches, and replaces those before.</summary>
    private static async Task SimulateAsync(HttpContext context, PoolParts parts)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var switches = await reader.ReadToEndAsync(context.RequestAborted);
        if (!parts.Key.Admits(context.Request))
        {
            await Refuse(context.Response, PoolError.InvalidKey);
        }
        else if (!PoolFailure.TryParse(switches, out var failure, out var mistake))
        {
            await Refuse(context.Response, PoolError.BadSwitch(mistake));
        }
        else
        {
            parts.Failures.Set(failure);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    private static Task Refuse(HttpResponse response, PoolError error)
    {
        ReplyWriter.WriteError(response, error);
        return Task.CompletedTask;
    }

    private static Task Text(HttpResponse response, string contentType, string text)
    {
        response.ContentType = contentType;
        return response.WriteAsync(text, response.HttpContext.RequestAborted);
    }
}
