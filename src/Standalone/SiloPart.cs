using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sluice.Actors;
using Sluice.Silo;
using Sluice.Silo.Configuration;
using Sluice.Telemetry;

namespace Sluice.Standalone;

/// <summary>The silo of this process, with its admin API.</summary>
internal sealed class SiloPart : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DataFolder _folder;
    private bool _started;

    private SiloPart(WebApplication app, DataFolder folder) => (_app, _folder) = (app, folder);

    public IClusterClient Cluster => _app.Services.GetRequiredService<IClusterClient>();

    public IMeterFactory Meters => _app.Services.GetRequiredService<IMeterFactory>();

    public TimeProvider Time => _app.Services.GetRequiredService<TimeProvider>();

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Cancelled when the process was asked to stop.</summary>
    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    public static async Task<SiloPart> StartAsync(StandaloneOptions options, DataFolder folder, SluiceFile? file)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Silo:MasterKeyFile"] = folder.MasterKey,
        });
        if (builder.Configuration["DATABASE_URL"] is null or "")
        {
            builder.Configuration["Storage:SqliteFile"] = folder.Database;
        }

        if (builder.Configuration["Tokens:Issuer"] is null && options.Port != 0)
        {
            // With any free port the address is not known yet, and a token names it.
            builder.Configuration["Tokens:Issuer"] =
                string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{options.Port}");
        }

        builder.ListenOn(options.AdminPort);
        builder.Services.AddSluiceTelemetry(new TelemetrySources
        {
            Meters = [.. TelemetrySources.FrameworkMeters, "Sluice.*", "Npgsql", "Yarp.ReverseProxy"],
            Activities = [.. TelemetrySources.FrameworkActivities, "Sluice.*", "Npgsql"],
        });
        builder.AddSilo();
        var part = new SiloPart(builder.Build(), folder);
        try
        {
            await part.StartAsync(options, file);
            return part;
        }
        catch
        {
            await part.DisposeAsync();
            throw;
        }
    }

    public async Task<Quickstart> QuickstartAsync(Uri edge)
    {
        var environment = _app.Services.GetRequiredService<IOptions<SiloOptions>>().Value.KeyEnvironment;
        var first = new FirstAdministrator(Cluster, environment);
        var earlier = Quickstart.Load(_folder.Quickstart);
        var quickstart = new Quickstart(
            edge.ToString().TrimEnd('/'),
            Address.ToString().TrimEnd('/'),
            await first.KeyAsync(FirstObjects.DemoId, earlier?.ApiKey),
            await first.KeyAsync(FirstAdministrator.ClientId, earlier?.AdminKey));
        quickstart.Save(_folder.Quickstart);
        return quickstart;
    }

    /// <summary>Returns when the process was asked to stop.</summary>
    public async Task UntilStoppedAsync(CancellationToken cancellationToken)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var signalled = Stopping.Register(stopping.SetResult);
        await using var cancelled = cancellationToken.Register(() => stopping.TrySetResult());
        await stopping.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        if (_started)
        {
            await _app.StopSiloAsync(CancellationToken.None);
        }

        await _app.DisposeAsync();
    }

    private async Task StartAsync(StandaloneOptions options, SluiceFile? file)
    {
        await _app.StartSiloAsync(CancellationToken.None);
        _started = true;
        await new FirstObjects(Cluster).MakeAsync();
        if (file is not null)
        {
            await _app.Services.GetRequiredService<SluiceFileApplier>().ApplyAsync(file);
        }

        _app.UseSilo();
        await _app.ListenAsync("--admin-port", options.AdminPort);
    }
}
