using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sluice.Telemetry.Prometheus;

/// <summary>
/// Leads the measurements of one instrument to its series. After the first measurement with some tags, the next ones
/// with the same tags take one look-up and allocate nothing.
/// </summary>
internal sealed class ListenedInstrument
{
    private readonly ConcurrentDictionary<TagSet, Series> _known = new(new TagSetComparer());
    private readonly ConcurrentDictionary<TagSet, Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>
        _lookup;

    private readonly MetricFamily _family;
    private readonly KeyValuePair<string, object?>[] _always;
    private readonly int _seriesMax;
    private int _knownCount; // Its own, because a concurrent dictionary takes all its locks to count.

    public ListenedInstrument(Instrument instrument, MetricFamily family, int seriesMax)
    {
        _lookup = _known.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        _family = family;
        _always = [.. instrument.Meter.Tags ?? [], .. instrument.Tags ?? []];
        _seriesMax = seriesMax;
        IsObservable = instrument.IsObservable;
    }

    /// <summary>Whether the instrument is asked at every scrape, and says then all that there is.</summary>
    public bool IsObservable { get; }

    /// <returns>False when the measurement was dropped because there are too many series already.</returns>
    public bool Record(double measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = _lookup.TryGetValue(tags, out var known) ? known : Learn(tags);
        series?.Record(measurement);
        return series is not null;
    }

    /// <summary>Forgets an observable instrument's last answer, so that what it no longer names is gone.</summary>
    public void Forget()
    {
        _known.Clear();
        _family.Clear();
        _knownCount = 0;
    }

    private Series? Learn(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = _family.SeriesOf(Labels.Of(_always, tags));

        // The same labels in another order or spelling (1 and "1") are remembered too, as far as the bound allows. What
        // is not remembered is found each time anew: slower, and never wrong.
        if (series is not null && Volatile.Read(ref _knownCount) < _seriesMax && _lookup.TryAdd(tags, series))
        {
            Interlocked.Increment(ref _knownCount);
        }

        return series;
    }
}
