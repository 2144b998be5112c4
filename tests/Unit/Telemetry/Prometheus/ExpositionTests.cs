using System.Diagnostics.Metrics;
using Xunit;

namespace Sluice.Unit.Telemetry.Prometheus;

public sealed class ExpositionTests : IDisposable
{
    private readonly TestMetrics _metrics = new();

    [Fact]
    public void A_counter_adds_up_each_set_of_tags_whatever_their_order()
    {
        var decisions = _metrics.Meter.CreateCounter<long>("decisions", "{decision}", "Answers given.");

        decisions.Add(2, Tag("verdict", "admitted"), Tag("pool", "a"));
        decisions.Add(3, Tag("pool", "a"), Tag("verdict", "admitted"));
        decisions.Add(1, Tag("verdict", "refused"), Tag("pool", "a"));
        decisions.Add(-5, Tag("verdict", "refused"), Tag("pool", "a"));

        Assert.Equal(
            """
            # HELP decisions_total Answers given.
            # TYPE decisions_total counter
            decisions_total{pool="a",verdict="admitted"} 5
            decisions_total{pool="a",verdict="refused"} 1

            """,
            _metrics.Scrape());
    }

    [Fact]
    public void An_up_down_counter_goes_both_ways_and_a_gauge_holds_the_latest()
    {
        var running = _metrics.Meter.CreateUpDownCounter<int>("running", "{call}", "Calls running.");
        var load = _metrics.Meter.CreateGauge<double>("load", "1", "How full.");

        running.Add(5);
        running.Add(-2);
        load.Record(0.75);
        load.Record(0.5);

        Assert.Equal(
            """
            # HELP load_ratio How full.
            # TYPE load_ratio gauge
            load_ratio 0.5
            # HELP running Calls running.
            # TYPE running gauge
            running 3

            """,
            _metrics.Scrape());
    }

    [Fact]
    public void A_histogram_has_the_buckets_that_its_instrument_advises_and_an_end_belongs_to_its_bucket()
    {
        var took = _metrics.Meter.CreateHistogram("took", "s", "Time taken.", tags: null, new InstrumentAdvice<float>
        {
            HistogramBucketBoundaries = [0.1f, 0.5f],
        });

        took.Record(0.0625f, Tag("step", "one"));
        took.Record(0.5f, Tag("step", "one"));
        took.Record(4, Tag("step", "one"));
        took.Record(float.NaN, Tag("step", "one"));

        Assert.Equal(
            """
            # HELP took_seconds Time taken.
            # TYPE took_seconds histogram
            took_seconds_bucket{step="one",le="0.1"} 1
            took_seconds_bucket{step="one",le="0.5"} 2
            took_seconds_bucket{step="one",le="+Inf"} 3
            took_seconds_sum{step="one"} 4.5625
            took_seconds_count{step="one"} 3

            """,
            _metrics.Scrape());
    }

    [Theory]
    [InlineData("s", "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 +Inf")]
    [InlineData("By", "1024 4096 16384 65536 262144 1048576 4194304 16777216 67108864 268435456 +Inf")]
    [InlineData("{call}", "0 5 10 25 50 75 100 250 500 750 1000 2500 5000 7500 10000 +Inf")]
    public void A_histogram_without_advice_has_buckets_for_its_unit(string unit, string buckets)
    {
        _metrics.Meter.CreateHistogram<long>("sized", unit).Record(1);

        var ends = _metrics.Scrape().Split('\n')
            .Where(line => line.Contains("le=\"", StringComparison.Ordinal))
            .Select(line => line.Split('"')[1]);
        Assert.Equal(buckets, string.Join(' ', ends));
    }

    [Fact]
    public void Text_that_would_break_a_line_is_escaped()
    {
        _metrics.Meter.CreateCounter<int>("odd", null, "One \\ two\nthree \"four\".").Add(1, Tag("a", "\\ \" \n é"));

        Assert.Equal(
            """
            # HELP odd_total One \\ two\nthree "four".
            # TYPE odd_total counter
            odd_total{a="\\ \" \n é"} 1

            """,
            _metrics.Scrape());
    }

    [Fact]
    public void Tags_of_the_meter_and_the_instrument_are_labels_too_and_a_closer_one_wins()
    {
        var meter = _metrics.MeterWith(new MeterOptions("Test") { Tags = [Tag("part", "edge"), Tag("zone", "a")] });

        meter.CreateCounter<int>("calls", null, "Calls.", [Tag("zone", "b")]).Add(1, Tag("ok", true), Tag("why", null));

        Assert.EndsWith("calls_total{ok=\"true\",part=\"edge\",zone=\"b\"} 1\n", _metrics.Scrape());
    }

    /// <summary>Guards the format: a series may stand in a scrape once, or the scraper refuses it.</summary>
    [Fact]
    public void Tags_that_read_the_same_are_one_series()
    {
        var calls = _metrics.Meter.CreateCounter<int>("calls", null, "Calls.");

        calls.Add(1, Tag("status", 200));
        calls.Add(1, Tag("status", "200"));
        calls.Add(1, Tag("status", 404), Tag("status", 200));

        Assert.EndsWith("counter\ncalls_total{status=\"200\"} 3\n", _metrics.Scrape());
    }

    [Fact]
    public void Different_tags_that_become_one_label_are_joined()
    {
        _metrics.Meter.CreateCounter<int>("calls").Add(1, Tag("a.b", "x"), Tag("a_b", "y"));

        Assert.EndsWith("calls_total{a_b=\"x;y\"} 1\n", _metrics.Scrape());
    }

    [Fact]
    public void An_instrument_that_was_never_used_is_not_shown_and_one_without_description_is_explained()
    {
        _metrics.Meter.CreateCounter<int>("unused");
        _metrics.Meter.CreateCounter<int>("used").Add(1);

        Assert.Equal(
            "# HELP used_total Instrument used of meter Test.\n# TYPE used_total counter\nused_total 1\n",
            _metrics.Scrape());
    }

    public void Dispose() => _metrics.Dispose();

    private static KeyValuePair<string, object?> Tag(string key, object? value) => new(key, value);
}
