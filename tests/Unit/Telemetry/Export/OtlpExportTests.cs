using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Sluice.Unit.Telemetry.Export;

public sealed class OtlpExportTests
{
    [Fact]
    public async Task What_was_traced_and_counted_has_reached_the_collector_when_the_host_has_stopped()
    {
        await using var collector = await Collector.StartAsync();
        await using var host = await TestHost.StartAsync(builder => builder.Configuration.AddInMemoryCollection(
        [
            new("Telemetry:OtlpEndpoint", collector.Address + "/"),
            new("Telemetry:OtlpProtocol", "http"),
            new("Telemetry:TraceSampleRatio", "1"),
            new("Telemetry:ServiceInstanceId", "replica-7"),
        ]));

        using (var source = new ActivitySource("Test"))
        {
            source.StartActivity("a-span-of-ours")!.Dispose();
        }

        var meter = host.App.Services.GetRequiredService<IMeterFactory>().Create("Test");
        meter.CreateCounter<int>("a-counter-of-ours").Add(1);
        await host.App.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["/v1/metrics", "/v1/traces"], collector.Received.Keys.Order());
        Assert.Contains("a-span-of-ours", collector.Received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("replica-7", collector.Received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("a-counter-of-ours", collector.Received["/v1/metrics"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_endpoint_nobody_listens_to_our_spans()
    {
        await using var host = await TestHost.StartAsync();
        using var source = new ActivitySource("Test");

        Assert.False(source.HasListeners());
    }

    /// <summary>Takes what is sent to it and looks for readable strings in the protobuf.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentDictionary<string, string> Received { get; } = new();

        public string Address => app.Urls.First();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var collector = new Collector(builder.Build());
            collector.Listen();
            await collector.Run();
            return collector;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private void Listen() => app.MapPost("/{**path}", async (HttpRequest request) =>
        {
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            Received[request.Path] = Encoding.Latin1.GetString(body.ToArray());
        });

        private Task Run() => app.StartAsync(TestContext.Current.CancellationToken);
    }
}
