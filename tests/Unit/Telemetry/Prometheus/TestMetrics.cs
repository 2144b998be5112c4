using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Telemetry;
using Sluice.Telemetry.Prometheus;

namespace Sluice.Unit.Telemetry.Prometheus;

/// <summary>A collector with a meter of its own, as a host would have them.</summary>
internal sealed class TestMetrics : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly MetricsCollector _collector;

    public TestMetrics(params string[] meters)
    {
        var sources = new TelemetrySources { Meters = meters.Length == 0 ? ["Test"] : meters, Activities = [] };
        _services = new ServiceCollection().AddLogging().AddSluiceTelemetry(sources).BuildServiceProvider();
        _collector = _services.GetRequiredService<MetricsCollector>();
        _collector.Start();
    }

    public Meter Meter => field ??= MeterNamed("Test");

    public Meter MeterNamed(string name) => _services.GetRequiredService<IMeterFactory>().Create(name);

    public Meter MeterWith(MeterOptions options) => _services.GetRequiredService<IMeterFactory>().Create(options);

    public string ScrapeAll()
    {
        var buffer = new ArrayBufferWriter<byte>();
        _collector.Write(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Without the collector's own metric, which stands at the end.</summary>
    public string Scrape()
    {
        var text = ScrapeAll();
        return text[..text.IndexOf("# HELP sluice_metrics_dropped_series_total", StringComparison.Ordinal)];
    }

    public void Dispose() => _services.Dispose();
}
