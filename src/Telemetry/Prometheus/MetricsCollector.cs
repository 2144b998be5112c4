using System.Buffers;
using System.Diagnostics.Metrics;
using System.IO.Enumeration;
using Microsoft.Extensions.Logging;

namespace Sluice.Telemetry.Prometheus;

/// <summary>
/// Listens to the meters named to it and keeps their totals for <c>/metrics</c>. Meters made by this host's
/// <see cref="IMeterFactory"/> and meters of the whole process count; those of another host in the same process do not.
/// </summary>
internal sealed partial class MetricsCollector : IDisposable
{
    /// <summary>Series of one instrument. A tag that grows without bound costs its metric, not the process.</summary>
    public const int SeriesMax = 2_000;

    private const string DroppedName = "sluice_metrics_dropped_series_total";
    private const string DroppedHelp = "Measurements left out of instruments that had all their series.";

    private readonly Lock _scraping = new();
    private readonly Lock _gate = new(); // Guards the two collections below.
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly List<ListenedInstrument> _observables = [];
    private readonly MeterListener _listener = new();
    private readonly HashSet<string> _meters;
    private readonly IMeterFactory _factory;
    private readonly ILogger<MetricsCollector> _logger;
    private bool _started;
    private long _dropped;

    public MetricsCollector(
        IEnumerable<TelemetrySources> sources, IMeterFactory factory, ILogger<MetricsCollector> logger)
    {
        _meters = [.. sources.SelectMany(source => source.Meters)];
        _factory = factory;
        _logger = logger;
        _listener.InstrumentPublished = Listen;
        _listener.MeasurementsCompleted = (_, state) => Leave((ListenedInstrument)state!);
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Record((double)value, tags, state));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Record(value, tags, state));
    }

    /// <summary>Begins to listen; the second call does nothing.</summary>
    public void Start()
    {
        if (!Interlocked.Exchange(ref _started, true))
        {
            _listener.Start();
        }
    }

    /// <summary>Asks the observable instruments and writes everything, sorted by name. One scrape at a time.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        lock (_scraping)
        {
            Observe();
            var writer = new ExpositionWriter(output);
            foreach (var family in Families())
            {
                family.Write(writer);
            }

            writer.Head(DroppedName, DroppedHelp, MetricKind.Counter);
            writer.Sample(DroppedName, "", Interlocked.Read(ref _dropped));
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Listen(Instrument instrument, MeterListener listener)
    {
        var meter = instrument.Meter;
        if ((meter.Scope is not null && !ReferenceEquals(meter.Scope, _factory))
            || !_meters.Any(wanted => FileSystemName.MatchesSimpleExpression(wanted, meter.Name, ignoreCase: false)))
        {
            return;
        }

        var kind = MetricKinds.Of(instrument);
        var name = MetricName.Of(instrument.Name, instrument.Unit, kind, MetricKinds.IsUpDown(instrument));
        ListenedInstrument listened;
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out var family))
            {
                _families[name] = family = new MetricFamily(instrument, name, SeriesMax);
            }
            else if (!family.Takes(instrument))
            {
                LogClash(name, instrument.Name, meter.Name);
                return;
            }

            listened = new ListenedInstrument(instrument, family, SeriesMax);
            if (listened.IsObservable)
            {
                _observables.Add(listened);
            }
        }

        listener.EnableMeasurementEvents(instrument, listened);
    }

    /// <summary>Of an instrument whose meter is disposed, totals stay and what only it could tell is gone.</summary>
    private void Leave(ListenedInstrument listened)
    {
        lock (_gate)
        {
            if (_observables.Remove(listened))
            {
                listened.Forget();
            }
        }
    }

    private void Record(double measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (!((ListenedInstrument)state!).Record(measurement, tags))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private void Observe()
    {
        lock (_gate)
        {
            _observables.ForEach(observable => observable.Forget());
        }

        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException exception)
        {
            LogUnobserved(exception); // One broken gauge is missing; all others have been asked.
        }
    }

    private MetricFamily[] Families()
    {
        lock (_gate)
        {
            return [.. _families.Values];
        }
    }

    [LoggerMessage(9101, LogLevel.Warning,
        "Metric {Name}: instrument {Instrument} of meter {Meter} is of another kind than the first, and is left out.")]
    private partial void LogClash(string name, string instrument, string meter);

    [LoggerMessage(9102, LogLevel.Warning, "Some observable instruments threw when asked.")]
    private partial void LogUnobserved(Exception exception);
}
