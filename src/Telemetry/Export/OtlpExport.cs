using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sluice.Telemetry.Export;

/// <summary>
/// Sends traces and metrics to a collector from the start of the host to its end. A collector that is away costs the
/// spans and points of that time, never a request.
/// </summary>
internal sealed class OtlpExport(IOptions<TelemetryOptions> options, IEnumerable<TelemetrySources> sources)
    : IHostedService
{
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.OtlpEndpoint is not null)
        {
            _traces = BuildTraces(options.Value);
            _metrics = BuildMetrics(options.Value);
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends what has gathered, waiting for the collector no longer than the exporter's time-out.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _traces?.Dispose();
        _metrics?.Dispose();
        return Task.CompletedTask;
    }

    private TracerProvider BuildTraces(TelemetryOptions settings) =>
        Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => Describe(resource, settings))
            .AddSource([.. sources.SelectMany(source => source.Activities).Distinct()])
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TraceSampleRatio)))
            .AddOtlpExporter(exporter => Address(exporter, settings, "v1/traces"))
            .Build();

    private MeterProvider BuildMetrics(TelemetryOptions settings) =>
        Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => Describe(resource, settings))
            .AddMeter([.. sources.SelectMany(source => source.Meters).Distinct()])
            .AddOtlpExporter((exporter, reader) =>
            {
                Address(exporter, settings, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds =
                    (int)settings.MetricExportPeriod.TotalMilliseconds;
            })
            .Build();

    private static void Describe(ResourceBuilder resource, TelemetryOptions settings) =>
        resource.AddService(settings.ServiceName, serviceInstanceId: settings.ServiceInstanceId);

    private static void Address(OtlpExporterOptions exporter, TelemetryOptions settings, string signal)
    {
        var isHttp = settings.OtlpProtocol is "http";
        var address = settings.OtlpEndpoint!.TrimEnd('/');
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;

        // An address set in code is taken as it is: only one taken from the environment gets the signal's path added.
        exporter.Endpoint = new Uri(isHttp ? $"{address}/{signal}" : address);
    }
}
