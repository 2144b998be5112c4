using System.Diagnostics.Metrics;
using Sluice.Telemetry.Prometheus;
using Xunit;

namespace Sluice.Unit.Telemetry.Prometheus;

public sealed class CollectorTests : IDisposable
{
    private readonly TestMetrics _metrics = new("Test", "Group.*");

    [Fact]
    public void Only_named_meters_are_listened_to_and_a_star_names_many()
    {
        _metrics.MeterNamed("Group.One").CreateCounter<int>("one", null, "One.").Add(1);
        _metrics.MeterNamed("Group.Two").CreateCounter<int>("two", null, "Two.").Add(1);
        _metrics.MeterNamed("Groups").CreateCounter<int>("three", null, "Three.").Add(1);

        Assert.Equal("one_total two_total", string.Join(' ', SampleNames()));
    }

    /// <summary>Guards tests and the one-process host: hosts must not count each other's requests.</summary>
    [Fact]
    public void A_meter_of_another_host_in_the_same_process_is_not_ours()
    {
        using var other = new TestMetrics("Test", "Group.*");
        using var shared = new Meter("Group.Shared");

        other.Meter.CreateCounter<int>("theirs").Add(1);
        shared.CreateCounter<int>("everyones").Add(1);

        Assert.Equal("everyones_total", string.Join(' ', SampleNames()));
        Assert.Contains("theirs_total 1\n", other.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Observable_instruments_are_asked_at_each_scrape_and_what_they_no_longer_name_is_gone()
    {
        var pools = new Dictionary<string, long> { ["a"] = 1, ["b"] = 2 };
        _metrics.Meter.CreateObservableCounter("done", () => Measurements(pools));
        _metrics.Meter.CreateObservableUpDownCounter("busy", () => Measurements(pools));
        _metrics.Meter.CreateObservableGauge("level", () => Measurements(pools));

        Assert.Equal(
            "busy{pool=\"a\"} 1 busy{pool=\"b\"} 2 done_total{pool=\"a\"} 1 done_total{pool=\"b\"} 2 "
            + "level{pool=\"a\"} 1 level{pool=\"b\"} 2",
            string.Join(' ', Samples()));

        pools.Remove("a");
        pools["b"] = 7;

        Assert.Equal(
            "busy{pool=\"b\"} 7 done_total{pool=\"b\"} 7 level{pool=\"b\"} 7", string.Join(' ', Samples()));
    }

    [Fact]
    public void An_observable_instrument_that_throws_takes_no_other_with_it()
    {
        _metrics.Meter.CreateObservableGauge("broken", int () => throw new InvalidOperationException("Broken."));
        _metrics.Meter.CreateObservableGauge("sound", () => 1);

        Assert.Equal("sound 1", string.Join(' ', Samples()));
    }

    [Fact]
    public void Of_a_disposed_meter_totals_stay_and_observations_go()
    {
        using (var meter = new Meter("Group.Gone"))
        {
            meter.CreateCounter<int>("calls").Add(1);
            meter.CreateObservableGauge("level", () => 1);
            Assert.Equal("calls_total 1 level 1", string.Join(' ', Samples()));
        }

        Assert.Equal("calls_total 1", string.Join(' ', Samples()));
    }

    [Fact]
    public void Instruments_of_one_name_and_kind_add_up_and_one_of_another_kind_is_left_out()
    {
        _metrics.MeterNamed("Group.One").CreateCounter<int>("calls").Add(1);
        _metrics.MeterNamed("Group.Two").CreateCounter<int>("calls").Add(2);
        _metrics.MeterNamed("Group.Three").CreateUpDownCounter<int>("calls_total").Add(9);
        _metrics.MeterNamed("Group.Four").CreateObservableCounter("calls", () => 9);

        Assert.Equal("calls_total 3", string.Join(' ', Samples()));
    }

    /// <summary>Guards memory: a tag with a client's own words in it must not grow the process without end.</summary>
    [Fact]
    public void Beyond_two_thousand_series_measurements_are_counted_and_dropped()
    {
        var calls = _metrics.Meter.CreateCounter<int>("calls");

        for (var client = 0; client < MetricsCollector.SeriesMax + 3; client++)
        {
            calls.Add(1, new KeyValuePair<string, object?>("client", client));
        }

        calls.Add(1, new KeyValuePair<string, object?>("client", 0));

        Assert.Equal(2_000, Samples().Count());
        Assert.Contains("calls_total{client=\"0\"} 2", Samples());
        Assert.EndsWith(
            """
            # HELP sluice_metrics_dropped_series_total Measurements left out of instruments that had all their series.
            # TYPE sluice_metrics_dropped_series_total counter
            sluice_metrics_dropped_series_total 3

            """,
            _metrics.ScrapeAll());
    }

    [Fact]
    public void Counting_what_was_counted_before_allocates_nothing()
    {
        var calls = _metrics.Meter.CreateCounter<long>("calls");
        var took = _metrics.Meter.CreateHistogram<double>("took", "s");
        var verdict = new KeyValuePair<string, object?>("verdict", "admitted");
        var status = new KeyValuePair<string, object?>("status", (object)200);
        Count(1_000); // Compiled, learned and tiered up.

        var before = GC.GetAllocatedBytesForCurrentThread();
        Count(1_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Count(int times)
        {
            for (var at = 0; at < times; at++)
            {
                calls.Add(1, verdict, status);
                took.Record(0.1, status, verdict);
            }
        }
    }

    [Fact]
    public void Threads_that_count_at_once_lose_nothing()
    {
        var calls = _metrics.Meter.CreateCounter<int>("calls");
        var took = _metrics.Meter.CreateHistogram("took", null, null, null, new InstrumentAdvice<int>
        {
            HistogramBucketBoundaries = [5],
        });

        using var together = new Barrier(4);
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(CountManyTimes)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(
            "calls_total{of=\"0\"} 800000 calls_total{of=\"1\"} 800000 "
            + "took_bucket{le=\"5\"} 960000 took_bucket{le=\"+Inf\"} 1600000 took_sum 7200000 took_count 1600000",
            string.Join(' ', Samples()));

        void CountManyTimes()
        {
            together.SignalAndWait();
            for (var at = 0; at < 400_000; at++)
            {
                calls.Add(1, new KeyValuePair<string, object?>("of", at % 2));
                took.Record(at % 10);
            }
        }
    }

    public void Dispose() => _metrics.Dispose();

    private static IEnumerable<Measurement<long>> Measurements(Dictionary<string, long> pools) =>
        pools.Select(pool => new Measurement<long>(pool.Value, new KeyValuePair<string, object?>("pool", pool.Key)));

    private IEnumerable<string> Samples() =>
        _metrics.Scrape().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] is not '#');

    private IEnumerable<string> SampleNames() => Samples().Select(line => line.Split(' ')[0]);
}
