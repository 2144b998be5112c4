using Sluice.Unit.Deploy;
using Xunit;

namespace Sluice.Unit.Telemetry.Prometheus;

public sealed class PromtoolTests
{
    /// <summary>It was read, but a name is not to its taste; names of others are not ours to change.</summary>
    private const int LinterRemarks = 3;

    /// <summary>Guards the format with a judge that is not ours: Prometheus' own parser and linter.</summary>
    [Fact]
    public async Task Prometheus_own_linter_finds_nothing_to_say()
    {
        using var metrics = new TestMetrics();
        var odd = new KeyValuePair<string, object?>("9 __odd.tag", "\\ \" \n é");
        metrics.Meter.CreateCounter<long>("calls", "{call}", "Calls \\ by\nall.").Add(1, odd);
        metrics.Meter.CreateUpDownCounter<long>("running", "{call}", "Calls running.").Add(-1, odd);
        metrics.Meter.CreateGauge<double>("load", "1", "How full.").Record(double.NegativeInfinity);
        metrics.Meter.CreateObservableGauge("size", () => 1e300, "By", "How large.");
        var took = metrics.Meter.CreateHistogram<double>("took", "s", "Time taken.");
        took.Record(0.07, odd);
        took.Record(70);

        var (exitCode, output) = await ExternalTool.RunAsync("promtool", metrics.ScrapeAll(), "check", "metrics");

        Assert.Equal("", output);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task What_the_platform_measures_of_itself_is_well_formed_too()
    {
        using var metrics = new TestMetrics("System.Runtime");

        var (exitCode, output) = await ExternalTool.RunAsync("promtool", metrics.ScrapeAll(), "check", "metrics");

        Assert.True(exitCode is 0 or LinterRemarks, output);
    }
}
