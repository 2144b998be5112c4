using Microsoft.AspNetCore.Http;

namespace Sluice.Telemetry.Prometheus;

/// <summary>Answers a scrape.</summary>
internal static class PrometheusEndpoint
{
    public static async Task WriteAsync(HttpContext context, MetricsCollector collector)
    {
        context.Response.ContentType = ExpositionWriter.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        collector.Write(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
