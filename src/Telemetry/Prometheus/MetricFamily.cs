using System.Diagnostics.Metrics;

namespace Sluice.Telemetry.Prometheus;

/// <summary>
/// Everything under one name: a help text, a type, and a series per set of labels. Instruments that come out with the
/// same name share it, because the format allows a name once.
/// </summary>
internal sealed class MetricFamily
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly double[] _bounds;
    private readonly bool _isUpDown;
    private readonly bool _isObservable;
    private readonly int _seriesMax;

    /// <param name="instrument">The first of its name; it decides type, help and buckets.</param>
    /// <param name="name">Already in Prometheus' form.</param>
    /// <param name="seriesMax">Series that the family holds at most; 1 or more.</param>
    public MetricFamily(Instrument instrument, string name, int seriesMax)
    {
        Name = name;
        Kind = MetricKinds.Of(instrument);
        Help = instrument.Description is { Length: > 0 } text
            ? text
            : $"Instrument {instrument.Name} of meter {instrument.Meter.Name}.";
        _bounds = Kind is MetricKind.Histogram ? Buckets.For(instrument) : [];
        _isUpDown = MetricKinds.IsUpDown(instrument);
        _isObservable = instrument.IsObservable;
        _seriesMax = seriesMax;
    }

    public string Name { get; }

    public MetricKind Kind { get; }

    public string Help { get; }

    /// <summary>Whether an instrument of the same name may share this family: it must count in the same way.</summary>
    public bool Takes(Instrument instrument) =>
        MetricKinds.Of(instrument) == Kind
        && MetricKinds.IsUpDown(instrument) == _isUpDown
        && instrument.IsObservable == _isObservable;

    /// <summary>The series of these labels; null when it would be one too many.</summary>
    public Series? SeriesOf(string labels)
    {
        lock (_gate)
        {
            if (_series.TryGetValue(labels, out var series))
            {
                return series;
            }

            if (_series.Count >= _seriesMax)
            {
                return null;
            }

            return _series[labels] = NewSeries();
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _series.Clear();
        }
    }

    public void Write(ExpositionWriter writer)
    {
        KeyValuePair<string, Series>[] series;
        lock (_gate)
        {
            series = [.. _series];
        }

        if (series.Length == 0)
        {
            return;
        }

        writer.Head(Name, Help, Kind);
        foreach (var (labels, one) in series)
        {
            one.Write(writer, Name, labels);
        }
    }

    private Series NewSeries() => Kind switch
    {
        MetricKind.Counter => new CounterSeries(),
        MetricKind.Histogram => new HistogramSeries(_bounds),
        _ => _isUpDown ? new SumSeries() : new GaugeSeries(),
    };
}
