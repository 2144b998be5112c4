using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Telemetry;
using Xunit;

namespace Sluice.Unit.Telemetry;

/// <summary>A web host on a free port, with telemetry and health as every host of ours has them.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly HttpClient _client = new();

    private TestHost(WebApplication app) => App = app;

    public WebApplication App { get; }

    public static async Task<TestHost> StartAsync(Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSluiceTelemetry(new TelemetrySources { Meters = ["Test"], Activities = ["Test"] });
        configure?.Invoke(builder);

        var app = builder.Build();
        app.MapPrometheus("/metrics");
        app.MapHealth();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestHost(app);
    }

    public async Task<(int Status, string? ContentType, string Body)> GetAsync(string path)
    {
        using var response = await _client.GetAsync(
            new Uri(App.Urls.First() + path), TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), body);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await App.DisposeAsync();
    }
}
