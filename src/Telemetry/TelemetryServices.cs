using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sluice.Telemetry.Export;
using Sluice.Telemetry.Prometheus;

namespace Sluice.Telemetry;

/// <summary>Registers traces and metrics.</summary>
public static class TelemetryServices
{
    /// <summary>
    /// Sends traces and metrics by OTLP when an endpoint is configured, and prepares <c>/metrics</c> for
    /// <see cref="TelemetryEndpoints.MapPrometheus"/>. With neither, nothing listens and nothing is measured. A host
    /// with bad settings fails to start and names every bad setting. May be called once for each part of a process.
    /// </summary>
    public static IServiceCollection AddSluiceTelemetry(this IServiceCollection services, TelemetrySources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);

        services.AddSingleton(sources);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<MetricsCollector>();
        services.AddMetrics();
        if (services.Any(service => service.ImplementationType == typeof(OtlpExport)))
        {
            return services;
        }

        services.AddHostedService<OtlpExport>();
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        services.AddOptions<TelemetryOptions>()
            .Configure<IHostEnvironment>((options, host) =>
            {
                options.ServiceName = host.ApplicationName;
                options.ServiceInstanceId = $"{Environment.MachineName}-{Environment.ProcessId}";
            })
            .BindConfiguration("Telemetry")
            .PostConfigure<IConfiguration>(FallBack)
            .Validate(o => TelemetryOptions.IsAddress(o.OtlpEndpoint), "Telemetry:OtlpEndpoint must be a web address.")
            .ValidateOnStart();
        return services;
    }

    private static void FallBack(TelemetryOptions options, IConfiguration configuration)
    {
        if (!string.IsNullOrWhiteSpace(options.OtlpEndpoint))
        {
            return;
        }

        var endpoint = configuration["OTEL_EXPORTER_OTLP_ENDPOINT"];
        options.OtlpEndpoint = string.IsNullOrWhiteSpace(endpoint) ? null : endpoint;
        if (configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] is "http/protobuf")
        {
            options.OtlpProtocol = "http";
        }
    }
}
