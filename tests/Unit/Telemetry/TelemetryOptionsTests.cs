using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sluice.Telemetry;
using Xunit;

namespace Sluice.Unit.Telemetry;

public sealed class TelemetryOptionsTests
{
    /// <summary>An operator fixing a broken deployment sees every mistake at once, not one per restart.</summary>
    [Fact]
    public async Task Every_mistake_is_reported_in_one_failure_of_the_start()
    {
        using var host = HostWith(new()
        {
            ["Telemetry:OtlpEndpoint"] = "collector:4317",
            ["Telemetry:OtlpProtocol"] = "thrift",
            ["Telemetry:ServiceName"] = "",
            ["Telemetry:ServiceInstanceId"] = "",
            ["Telemetry:TraceSampleRatio"] = "1.5",
            ["Telemetry:MetricExportPeriod"] = "00:00:00.5",
        });

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(
            """
            MetricExportPeriod: The field TelemetryOptions.MetricExportPeriod must be between 00:00:01 and 00:10:00.
            OtlpProtocol: The field TelemetryOptions.OtlpProtocol must be grpc or http.
            ServiceInstanceId: The TelemetryOptions.ServiceInstanceId field is required.
            ServiceName: The TelemetryOptions.ServiceName field is required.
            Telemetry:OtlpEndpoint must be a web address.
            TraceSampleRatio: The field TelemetryOptions.TraceSampleRatio must be between 0 and 1.
            """,
            string.Join('\n', failure.Failures.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Nothing_is_sent_unless_an_endpoint_is_configured()
    {
        var options = OptionsWith([]);

        Assert.Null(options.OtlpEndpoint);
        Assert.Equal("grpc", options.OtlpProtocol);
        Assert.Equal(0.05, options.TraceSampleRatio);
        Assert.Equal(TimeSpan.FromSeconds(30), options.MetricExportPeriod);
        Assert.Equal("sluice-test", options.ServiceName);
        Assert.NotEmpty(options.ServiceInstanceId);
    }

    [Fact]
    public void The_variables_of_opentelemetry_count_when_ours_are_not_set()
    {
        var theirs = new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        var options = OptionsWith(theirs);
        Assert.Equal("http://collector:4318", options.OtlpEndpoint);
        Assert.Equal("http", options.OtlpProtocol);

        theirs["Telemetry:OtlpEndpoint"] = "http://ours:4317";
        options = OptionsWith(theirs);
        Assert.Equal("http://ours:4317", options.OtlpEndpoint);
        Assert.Equal("grpc", options.OtlpProtocol);
    }

    private static TelemetryOptions OptionsWith(Dictionary<string, string?> settings)
    {
        using var host = HostWith(settings);
        return host.Services.GetRequiredService<IOptions<TelemetryOptions>>().Value;
    }

    private static IHost HostWith(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            ApplicationName = "sluice-test",
        });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSluiceTelemetry(new TelemetrySources { Meters = ["Test"], Activities = ["Test"] });
        builder.Services.AddSluiceTelemetry(new TelemetrySources { Meters = ["Other"], Activities = [] });
        return builder.Build();
    }
}
