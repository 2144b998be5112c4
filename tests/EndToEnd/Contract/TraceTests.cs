using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;

namespace Sluice.EndToEnd.Contract;

/// <summary>One request is one trace: of the client, the edge, the grain and the pool.</summary>
public sealed class TraceTests : IDisposable
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<byte[]> _exported = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_trace_goes_from_the_client_through_edge_and_grain_to_the_pool()
    {
        await using var collector = await StartCollectorAsync();
        await using var pool = await SimulatedPoolServer.StartAsync(
            SimulatedPoolOptions.Instant with { RecordedRequests = 10 },
            TimeProvider.System,
            NullLoggerFactory.Instance,
            Patience.Token);
        await using var sluice = await SluiceProcess.StartAsync(new SluiceSettings
        {
            Data = _folder.In("data"),
            Pool = pool.Address,
            Environment = new Dictionary<string, string>
            {
                ["Telemetry__OtlpEndpoint"] = collector.Urls.Single(),
                ["Telemetry__OtlpProtocol"] = "http",
            },
        });
        var client = sluice.With(sluice.ApiKey);
        var request = client.Request(HttpMethod.Post, "/v1/chat/completions", EdgeClient.ChatBody());
        request.Headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");

        (await client.SendAsync(request)).Is(200);
        Assert.Equal(0, await sluice.Program.StopAsync()); // A stop exports what is left.

        var toPool = Assert.Single(pool.Requests, seen => seen.Target == "/v1/chat/completions");
        Assert.Contains(TraceId, toPool.Headers["traceparent"].ToString(), StringComparison.Ordinal);
        var spans = SpansOfTrace();
        Assert.Contains(spans, span => span.Contains("client.Admit", StringComparison.Ordinal));
        Assert.Contains(spans, span => span.Contains("client.Complete", StringComparison.Ordinal));
        Assert.Contains(spans, span => span.Contains("gen_ai.request.model", StringComparison.Ordinal));
        Assert.Contains(spans, span => span.Contains("http.request.method", StringComparison.Ordinal)
            && span.Contains("POST", StringComparison.Ordinal));
        Assert.DoesNotContain(spans, span => span.Contains(sluice.ApiKey, StringComparison.Ordinal));
    }

    /// <summary>The exported bytes, cut where a span of the trace begins: each names what that span is.</summary>
    private string[] SpansOfTrace()
    {
        var text = string.Concat(_exported.Select(Encoding.Latin1.GetString));
        return text.Split(Encoding.Latin1.GetString(Convert.FromHexString(TraceId)))[1..];
    }

    private async Task<WebApplication> StartCollectorAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var collector = builder.Build();
        collector.MapPost("/v1/traces", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            _exported.Enqueue(body.ToArray());
        });
        collector.MapPost("/v1/metrics", () => Results.Ok());
        await collector.StartAsync(Patience.Token);
        return collector;
    }
}
