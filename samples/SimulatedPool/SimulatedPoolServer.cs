using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.SimulatedPool.Calls;
using Sluice.SimulatedPool.Failures;
using Sluice.SimulatedPool.Records;

namespace Sluice.SimulatedPool;

/// <summary>A running pool. Several may run in one process; they share nothing.</summary>
public sealed class SimulatedPoolServer : IAsyncDisposable
{
    /// <summary>What calls have to end by themselves when the pool stops; then their connections are closed.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(100);

    private readonly WebApplication _app;
    private readonly PoolParts _parts;
    private readonly CancellationTokenSource _stopping;

    private SimulatedPoolServer(WebApplication app, PoolParts parts, CancellationTokenSource stopping)
    {
        _app = app;
        _parts = parts;
        _stopping = stopping;
    }

    /// <summary>Where the pool listens, without a path: <c>http://127.0.0.1:8000/</c>.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>What the pool is doing and has done.</summary>
    public PoolStatistics Statistics => _parts.Metrics.Statistics;

    /// <summary>The last requests of <c>/v1</c>, oldest first, as many as the options say.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _parts.Recorder.Requests;

    /// <summary>Starts a pool and returns when it accepts connections.</summary>
    /// <param name="options">What to serve and how fast.</param>
    /// <param name="time">The clock of all delays and timings.</param>
    /// <param name="logs">Where Kestrel's warnings go; a null logger factory keeps quiet.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ArgumentException">Settings are wrong; the message names all of them.</exception>
    /// <exception cref="IOException">The port is taken, or the call log cannot be written.</exception>
    public static async Task<SimulatedPoolServer> StartAsync(
        SimulatedPoolOptions options, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        SimulatedPoolOptionsCheck.Check(options);
        var stopping = new CancellationTokenSource();
        var parts = new PoolParts(options, time, stopping.Token);
        var app = Build(options, logs);
        PoolEndpoints.Map(app, parts);
        var server = new SimulatedPoolServer(app, parts, stopping);
        try
        {
            await app.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes calls go wrong from now on, in the words of the README; empty or <c>off</c> ends it.</summary>
    /// <exception cref="ArgumentException">A switch is unknown; the pool goes on as before.</exception>
    public void Simulate(string switches)
    {
        ArgumentNullException.ThrowIfNull(switches);
        _parts.Failures.Set(PoolFailure.Parse(switches));
    }

    /// <summary>Stops listening, closes the connections of calls in flight, returns when all is over.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _parts.Log?.Dispose();
        _stopping.Dispose();
    }

    private static WebApplication Build(SimulatedPoolOptions options, ILoggerFactory logs)
    {
        // Empty: no configuration files, no console log, nothing that a test or a benchmark did not ask for.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopPatience);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.BodyBytesMax;
            kestrel.Limits.MinRequestBodyDataRate = null; // A slow client is a test's wish, not an attack.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(
                new IPEndPoint(options.Listen, options.Port),
                listen => listen.Use(next => connection => next(new CallConnection(connection))));
        });
        return builder.Build();
    }
}
