using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Telemetry.Health;
using Sluice.Telemetry.Prometheus;

namespace Sluice.Telemetry;

/// <summary>The addresses at which orchestrators and monitoring ask.</summary>
public static class TelemetryEndpoints
{
    /// <summary>
    /// Serves all meters named to <see cref="TelemetryServices.AddSluiceTelemetry"/> in Prometheus' text format 0.0.4.
    /// Counting begins with this call. Map it on a management address only: it shows how much traffic there is.
    /// </summary>
    public static IEndpointConventionBuilder MapPrometheus(this IEndpointRouteBuilder endpoints, string pattern)
    {
        var collector = endpoints.ServiceProvider.GetRequiredService<MetricsCollector>();
        collector.Start();
        return endpoints.MapGet(pattern, context => PrometheusEndpoint.WriteAsync(context, collector));
    }

    /// <summary>
    /// Serves <c>/healthz</c> (the process answers; nothing else is asked) and <c>/readyz</c> (every
    /// <see cref="IReadinessCheck"/> agrees and the host is not shutting down; 503 with the problems otherwise).
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var readiness = ActivatorUtilities.CreateInstance<Readiness>(endpoints.ServiceProvider);
        endpoints.MapGet("/healthz", HealthEndpoints.WriteLiveAsync);
        endpoints.MapGet("/readyz", context => HealthEndpoints.WriteReadyAsync(context, readiness));
    }
}
