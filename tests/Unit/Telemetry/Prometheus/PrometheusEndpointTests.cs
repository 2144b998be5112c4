using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Sluice.Unit.Telemetry.Prometheus;

public sealed class PrometheusEndpointTests
{
    [Fact]
    public async Task A_scrape_is_answered_in_the_text_format_with_its_version()
    {
        await using var host = await TestHost.StartAsync();
        var meter = host.App.Services.GetRequiredService<IMeterFactory>().Create("Test");
        meter.CreateCounter<int>("calls", "{call}", "Calls.").Add(1);

        var (status, contentType, body) = await host.GetAsync("/metrics");

        Assert.Equal(200, status);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", contentType);
        Assert.StartsWith("# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total 1\n", body);
    }
}
