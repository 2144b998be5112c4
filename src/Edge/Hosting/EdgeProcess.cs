using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using Sluice.Daemon;
using Sluice.Daemon.Running;
using Sluice.Daemon.Settings;
using Sluice.Edge.Admission;

namespace Sluice.Edge.Hosting;

/// <summary>An edge from its start to its end, in the order of both.</summary>
internal sealed partial class EdgeProcess : IAsyncDisposable
{
    /// <summary>On top of the time that pools have to let go: for telling the silos of it.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    private readonly WebApplication _app;
    private readonly ListeningPort _port;
    private readonly EdgeAdmin _admin;
    private readonly EdgeProcessOptions _options;
    private readonly ILogger<EdgeProcess> _logger;
    private bool _started;
    private bool _serving;

    private EdgeProcess(WebApplication app, ListeningPort port, EdgeAdmin admin)
    {
        (_app, _port, _admin) = (app, port, admin);
        _options = app.Services.GetRequiredService<IOptions<EdgeProcessOptions>>().Value;
        _logger = app.Services.GetRequiredService<ILogger<EdgeProcess>>();
    }

    private LiveCalls Live => _app.Services.GetRequiredService<LiveCalls>();

    private TimeProvider Time => _app.Services.GetRequiredService<TimeProvider>();

    private TimeSpan PoolCloseTimeout =>
        _app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value.PoolCloseTimeout;

    public static async Task RunAsync(DaemonStart start)
    {
        var builder = start.CreateBuilder();
        builder.AddEdge();
        builder.AddEngine();
        ClusterSettings.Add(builder.Services);
        builder.Services.AddSettings<EdgeProcessOptions>("Edge");
        builder.Services.AddSingleton<IValidateOptions<EdgeProcessOptions>, EdgeProcessOptionsValidator>();
        using var port = new ListeningPort(
            builder, "--port", ListenerTls.Of(start["Edge:CertificateFile"], start["Edge:CertificateKeyFile"]));
        await using var app = builder.Build();
        await using var admin = EdgeAdmin.Build(start, app.Services);
        start.CheckSettings(app.Services, admin.Services);
        start.Signals.TellTo(app.Services.GetRequiredService<ILoggerFactory>());
        await using var edge = new EdgeProcess(app, port, admin);
        try
        {
            await edge.StartAsync(start.Stop);
        }
        catch (Exception exception) when (Engine.Sentence(exception) is { } sentence)
        {
            throw new CannotStartException(sentence, exception);
        }

        await start.UntilStoppedAsync();
    }

    /// <summary>
    /// The end, in order: not ready; nobody new; calls end; their ends are told; the silos are let go.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _app.Lifetime.StopApplication(); // From here on /readyz says so, and connections are not kept.
        _admin.Leave();
        if (_serving)
        {
            LogLeaving(_options.StopDelay, Live.Count);
            await Task.Delay(_options.StopDelay, Time);
            LogStopping(Live.Count, _options.StopTimeout);
            await new CallDrain(
                _app.Services.GetRequiredService<IServer>(), Live, Time,
                _app.Services.GetRequiredService<ILogger<CallDrain>>()).RunAsync(_options.StopTimeout);
            using var patience = new CancellationTokenSource(PoolCloseTimeout + FlushTimeout, Time);
            await _app.StopAsync(patience.Token);
        }

        await Engine.StopAsync(_app.Services, CancellationToken.None);
        if (_started)
        {
            LogStopped();
        }
    }

    private async Task StartAsync(CancellationToken stop)
    {
        _port.Take(_options.ListenAddress, _options.Port);
        _admin.Take(_options.AdminListenAddress, _options.AdminPort);
        await _admin.ServeAsync(stop);
        _started = true;
        LogStarted(_options.NameOrMachine, _admin.Address);
        await Engine.StartAsync(_app.Services, stop);
        await _app.OpenEdgeAsync(stop);
        _app.UseEdge();
        await _port.ServeAsync(_app, stop);
        _serving = true;
        LogReady(_options.NameOrMachine, _port.Address, _admin.Address);
    }

    [LoggerMessage(2511, LogLevel.Information, "Edge {Name} begins: operators at {Admin}.")]
    private partial void LogStarted(string name, Uri admin);

    [LoggerMessage(2512, LogLevel.Information, "Edge {Name} is ready: clients at {Address}, operators at {Admin}.")]
    private partial void LogReady(string name, Uri address, Uri admin);

    [LoggerMessage(2513, LogLevel.Information,
        "Leaving: for {StopDelay} requests are still taken, until load balancers have noticed; {Count} calls are "
        + "running.")]
    private partial void LogLeaving(TimeSpan stopDelay, int count);

    [LoggerMessage(2514, LogLevel.Information,
        "Stopping: no request is taken any more; {Count} calls are running and have {StopTimeout} to end.")]
    private partial void LogStopping(int count, TimeSpan stopTimeout);

    [LoggerMessage(2515, LogLevel.Information, "Stopped.")]
    private partial void LogStopped();
}
