using Sluice.Telemetry.Prometheus;
using Xunit;

namespace Sluice.Unit.Telemetry.Prometheus;

public sealed class MetricNameTests
{
    [Theory]
    [InlineData("sluice.admission.duration", "s", "sluice_admission_duration_seconds")]
    [InlineData("http.server.request.body.size", "By", "http_server_request_body_size_bytes")]
    [InlineData("wait", "ms", "wait_milliseconds")]
    [InlineData("load", "%", "load_percent")]
    [InlineData("transfer.rate", "By/s", "transfer_rate_bytes_per_second")]
    [InlineData("call.rate", "{call}/min", "call_rate_per_minute")]
    [InlineData("depth", "widgets", "depth_widgets")]
    public void A_unit_is_written_in_words_behind_the_name(string instrument, string unit, string name) =>
        Assert.Equal(name, MetricName.Of(instrument, unit, MetricKind.Gauge, isUpDown: false));

    [Theory]
    [InlineData("calls", "{call}", "calls")]
    [InlineData("size", "By{compressed}", "size_bytes")]
    [InlineData("calls", "", "calls")]
    [InlineData("calls", null, "calls")]
    public void An_annotation_is_no_unit(string instrument, string? unit, string name) =>
        Assert.Equal(name, MetricName.Of(instrument, unit, MetricKind.Gauge, isUpDown: false));

    [Theory]
    [InlineData("sluice.decisions", "{decision}", "sluice_decisions_total")]
    [InlineData("sent", "By", "sent_bytes_total")]
    [InlineData("sent_total", "By", "sent_bytes_total")]
    [InlineData("retries", "1", "retries_total")]
    public void A_counter_ends_in_total_once_behind_its_unit(string instrument, string unit, string name) =>
        Assert.Equal(name, MetricName.Of(instrument, unit, MetricKind.Counter, isUpDown: false));

    [Fact]
    public void A_gauge_without_dimension_is_a_ratio_and_an_up_down_counter_is_not()
    {
        Assert.Equal("cpu_use_ratio", MetricName.Of("cpu.use", "1", MetricKind.Gauge, isUpDown: false));
        Assert.Equal("queue", MetricName.Of("queue", "1", MetricKind.Gauge, isUpDown: true));
    }

    [Theory]
    [InlineData("wait_seconds", "wait_seconds")]
    [InlineData("seconds", "seconds")]
    public void A_unit_that_the_name_has_already_is_not_repeated(string instrument, string name) =>
        Assert.Equal(name, MetricName.Of(instrument, "s", MetricKind.Histogram, isUpDown: false));

    [Theory]
    [InlineData("orleans-app-requests", "orleans_app_requests")]
    [InlineData("9.lives", "_9_lives")]
    [InlineData("a..b--c", "a_b_c")]
    [InlineData("größe", "gr_e")]
    public void A_character_that_prometheus_refuses_becomes_one_underscore(string instrument, string name) =>
        Assert.Equal(name, MetricName.Of(instrument, null, MetricKind.Gauge, isUpDown: false));

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("__name__", "_name_")]
    [InlineData("a:b", "a_b")]
    [InlineData("le", "le_")]
    [InlineData("", "_")]
    public void A_label_never_takes_a_name_that_prometheus_keeps_for_itself(string tag, string name) =>
        Assert.Equal(name, MetricName.OfLabel(tag));
}
