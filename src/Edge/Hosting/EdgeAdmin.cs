using System.Diagnostics.Metrics;
using Sluice.Daemon.Running;
using Sluice.Telemetry;

namespace Sluice.Edge.Hosting;

/// <summary>
/// What operators and orchestrators ask an edge, on a port of its own, so that clients do not see it. It is there from
/// the beginning, before the edge has found a silo, to the end, when it serves nobody any more.
/// </summary>
internal sealed class EdgeAdmin : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ListeningPort _port;

    private EdgeAdmin(WebApplication app, ListeningPort port) => (_app, _port) = (app, port);

    public IServiceProvider Services => _app.Services;

    public Uri Address => _port.Address;

    /// <param name="start">How the process was started.</param>
    /// <param name="edge">The services of the edge, whose state and figures are told here.</param>
    public static EdgeAdmin Build(DaemonStart start, IServiceProvider edge)
    {
        var builder = start.CreateBuilder();

        // Asked for late: what the checks look at is made from settings that have not been checked yet.
        builder.Services.AddSingleton(_ => edge.GetRequiredService<IEnumerable<IReadinessCheck>>());
        builder.Services.AddSingleton(edge.GetRequiredService<IMeterFactory>());
        builder.Services.AddSluiceTelemetry(new TelemetrySources
        {
            Meters = [.. TelemetrySources.FrameworkMeters, "Sluice.*", "Yarp.ReverseProxy"],
            Activities = [.. TelemetrySources.FrameworkActivities, "Sluice.*"],
        });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var port = new ListeningPort(builder, "--admin-port");
        return new EdgeAdmin(builder.Build(), port);
    }

    public void Take(string address, int port) => _port.Take(address, port);

    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        _app.MapHealth();
        _app.MapPrometheus("/metrics");
        await _port.ServeAsync(_app, cancellationToken);
    }

    /// <summary>From here on <c>/readyz</c> says that the edge is going.</summary>
    public void Leave() => _app.Lifetime.StopApplication();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _port.Dispose();
    }
}
