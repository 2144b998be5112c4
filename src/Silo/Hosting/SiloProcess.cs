using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using Sluice.Daemon;
using Sluice.Daemon.Running;
using Sluice.Daemon.Settings;
using Sluice.Silo.Configuration;
using Sluice.Silo.Security;
using Sluice.Silo.Storage;
using Sluice.Telemetry;

namespace Sluice.Silo.Hosting;

/// <summary>A silo from its start to its end, in the order of both.</summary>
internal sealed partial class SiloProcess : IAsyncDisposable
{
    /// <summary>Longer than any answer of the admin API takes.</summary>
    private static readonly TimeSpan AdminStopTimeout = TimeSpan.FromSeconds(5);

    private readonly WebApplication _app;
    private readonly ListeningPort _port;
    private readonly SiloProcessOptions _options;
    private readonly ILogger<SiloProcess> _logger;
    private bool _started;

    private SiloProcess(WebApplication app, ListeningPort port)
    {
        (_app, _port) = (app, port);
        _options = app.Services.GetRequiredService<IOptions<SiloProcessOptions>>().Value;
        _logger = app.Services.GetRequiredService<ILogger<SiloProcess>>();
    }

    public static async Task RunAsync(DaemonStart start)
    {
        var builder = start.CreateBuilder();
        builder.Services.AddSluiceTelemetry(new TelemetrySources
        {
            Meters = [.. TelemetrySources.FrameworkMeters, "Sluice.*", "Npgsql"],
            Activities = [.. TelemetrySources.FrameworkActivities, "Sluice.*", "Npgsql"],
        });
        builder.AddSilo();
        AddProcess(builder);
        using var port = new ListeningPort(
            builder, "--admin-port",
            ListenerTls.Of(start["Silo:AdminCertificateFile"], start["Silo:AdminCertificateKeyFile"]));
        var file = ObjectsOf(start);
        var app = builder.Build();
        start.CheckSettings(app.Services);
        await using var silo = new SiloProcess(app, port);
        start.Signals.TellTo(app.Services.GetRequiredService<ILoggerFactory>());
        try
        {
            await silo.StartAsync(file, start.Stop);
        }
        catch (Exception exception) when (Sentence(exception) is { } sentence)
        {
            throw new CannotStartException(sentence, exception);
        }

        await silo.UntilStoppedAsync(start);
    }

    public async ValueTask DisposeAsync()
    {
        _app.Lifetime.StopApplication(); // From here on /readyz says so.
        if (_started)
        {
            LogStopping(_options.StopTimeout);
        }

        using (var patience = new CancellationTokenSource(AdminStopTimeout))
        {
            await _app.Services.GetRequiredService<IServer>().StopAsync(patience.Token);
        }

        if (_started)
        {
            await _app.StopSiloAsync(CancellationToken.None); // It has a time-out of its own.
        }

        await _app.StopAsync();
        if (_started)
        {
            LogStopped();
        }

        await _app.DisposeAsync();
    }

    private static void AddProcess(WebApplicationBuilder builder)
    {
        ClusterSettings.Add(builder.Services);
        builder.Services.AddSettings<SiloProcessOptions>("Silo");
        builder.Services.AddSingleton<IValidateOptions<SiloProcessOptions>, SiloProcessOptionsValidator>();
        if (builder.Configuration["Silo:Port"] is null)
        {
            return;
        }

        builder.AddCluster();

        // Silos that each made a key of their own would refuse each other's clients.
        builder.Services.AddSecurity(MasterKey.Load);
    }

    private static SluiceFile? ObjectsOf(DaemonStart start)
    {
        try
        {
            return start["Silo:File"] is { Length: > 0 } path ? SluiceFile.Load(path) : null;
        }
        catch (SluiceFileException exception)
        {
            foreach (var mistake in exception.Mistakes)
            {
                start.Mistakes.Add(mistake);
            }

            return null;
        }
    }

    /// <summary>What an operator can act on; null for what is a mistake of ours and needs its stack trace.</summary>
    private static string? Sentence(Exception exception) => exception switch
    {
        MasterKeyException or StorageUnavailableException => exception.Message,
        SluiceFileException file => $"the objects of Silo:File were refused: {string.Join(' ', file.Mistakes)}",
        _ => Engine.Sentence(exception),
    };

    private async Task StartAsync(SluiceFile? file, CancellationToken stop)
    {
        _port.Take(_options.AdminListenAddress, _options.AdminPort);
        await _app.StartSiloAsync(stop);
        _started = true;
        if (_options.AdminKeyFile.Length > 0)
        {
            var environment = _app.Services.GetRequiredService<IOptions<SiloOptions>>().Value.KeyEnvironment;
            var cluster = _app.Services.GetRequiredService<IClusterClient>();
            await AdminKeyFile.KeepAsync(new FirstAdministrator(cluster, environment), _options.AdminKeyFile);
        }

        if (file is not null)
        {
            await _app.Services.GetRequiredService<SluiceFileApplier>().ApplyAsync(file);
            LogApplied(file.Path);
            if (file.Pools.Count > 0)
            {
                LogPools(file.Path);
            }
        }

        _app.UseSilo();
        await _port.ServeAsync(_app, stop);
        LogReady(_options.NameOrMachine, _port.Address);
    }

    /// <exception cref="CannotGoOnException">The other silos have declared this one dead.</exception>
    private async Task UntilStoppedAsync(DaemonStart start)
    {
        var evicted = Engine.EvictedAsync(_app.Services);
        if (await Task.WhenAny(start.UntilStoppedAsync(), evicted) == evicted)
        {
            throw new CannotGoOnException(
                $"the other silos declared this one dead ({await evicted}). Start it again; it joins as a new one.");
        }
    }

    [LoggerMessage(3201, LogLevel.Information, "Silo {Name} is ready: operators at {Address}.")]
    private partial void LogReady(string name, Uri address);

    [LoggerMessage(3202, LogLevel.Information, "What {File} names is in force.")]
    private partial void LogApplied(string file);

    [LoggerMessage(3203, LogLevel.Warning, "The pools of {File} are not used: edges have theirs in Edge:Pools.")]
    private partial void LogPools(string file);

    [LoggerMessage(3204, LogLevel.Information,
        "Stopping: no request is taken any more, and grains have {StopTimeout} to end.")]
    private partial void LogStopping(TimeSpan stopTimeout);

    [LoggerMessage(3205, LogLevel.Information, "Stopped.")]
    private partial void LogStopped();
}
