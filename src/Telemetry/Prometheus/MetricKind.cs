using System.Diagnostics.Metrics;

namespace Sluice.Telemetry.Prometheus;

/// <summary>What Prometheus calls the type of a metric.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>Reads an instrument's kind from its type; seven numeric types are possible.</summary>
internal static class MetricKinds
{
    public static MetricKind Of(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : type == typeof(Histogram<>) ? MetricKind.Histogram
            : MetricKind.Gauge;
    }

    /// <summary>Whether the instrument says what changed (an up-down counter) and not what is (a gauge).</summary>
    public static bool IsUpDown(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(UpDownCounter<>) || type == typeof(ObservableUpDownCounter<>);
    }
}
