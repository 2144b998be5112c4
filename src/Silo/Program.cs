using Microsoft.Extensions.Options;
using Sluice.Daemon.Running;
using Sluice.Daemon.Settings;
using Sluice.Grains.Clients;
using Sluice.Grains.Issuers;
using Sluice.Silo.Access;
using Sluice.Silo.Admin;
using Sluice.Silo.Auditing;
using Sluice.Silo.Configuration;
using Sluice.Silo.Federation;
using Sluice.Silo.Hosting;
using Sluice.Silo.Introspection;
using Sluice.Silo.Safekeeping;
using Sluice.Silo.Security;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.Audit;
using Sluice.Telemetry;

namespace Sluice.Silo;

/// <summary>The silo: grains over a database, and the admin API in front of them.</summary>
public static class Program
{
    /// <summary>A silo that is a process of its own; or what is done to its database beside the silos.</summary>
    public static Task<int> Main(string[] args) => SafekeepingProgram.Knows(args)
        ? SafekeepingProgram.RunAsync(SiloSettings.Catalog, args)
        : new DaemonProgram(SiloSettings.Catalog, SiloProcess.RunAsync).RunAsync(args);

    /// <summary>The services of a silo.</summary>
    public static void AddSilo(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<SiloOptions>("Silo");
        services.AddSingleton<IValidateOptions<SiloOptions>, SiloOptionsValidator>();
        services.AddSettings<AdmissionOptions>("Admission");
        services.AddSettings<TokenOptions>("Tokens");
        services.AddSettings<BackupOptions>("Backup");
        services.AddSingleton<IValidateOptions<TokenOptions>, TokenOptionsValidator>();
        services.AddSingleton(TimeProvider.System);
        services.AddAccess();
        services.AddStorage();
        services.AddSecurity(MasterKey.LoadOrCreate);
        services.AddFederation();
        builder.AddEngine();
        services.AddSingleton<Lists>().AddSingleton<RotationEndpoints>();
        services.AddHostedService<AuditSweeper>();
        services.AddSingleton<AuditSigner>().AddSingleton<CheckpointPlaces>().AddHostedService<AuditCheckpointer>();
        services.AddHostedService<CallLogSweeper>();
        services.AddSingleton<AdminGuard>().AddHostedService(provider => provider.GetRequiredService<AdminGuard>());
        services.AddSingleton<SluiceFileApplier>();
        services.AddOpenApi(AdminApi.Describe);
        services.ConfigureHttpJsonOptions(http => BodyMistake.ReadStrictly(http.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // For AdminErrorMiddleware.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
    }

    /// <summary>The order is the design; each line says what it can refuse.</summary>
    public static void UseSilo(this WebApplication app)
    {
        app.UseMiddleware<AdminErrorMiddleware>();          // Exceptions become 500 and 503 here and nowhere else.
        app.UseMiddleware<AdminAddressMiddleware>();        // From where?                           403
        app.UseWhen(AdminApi.NeedsKey, admin =>
        {
            admin.UseMiddleware<AdminAccessMiddleware>();   // Who administrates, and may they?  401, 403, 404, 429
        });
        app.MapHealth();
        app.MapPrometheus("/metrics");
        app.MapOpenApi(AdminApi.DescriptionPath);
        app.MapAdminApi();                                  //                                        400, 404, 409
        app.MapClusterPage();                               // Holds no data, so it wants no key.
    }

    /// <summary>Before the silo listens: the database is prepared, and the grains answer.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be used.</exception>
    /// <exception cref="MasterKeyException">The master key cannot be used, or is not this database's.</exception>
    public static async Task StartSiloAsync(this WebApplication app, CancellationToken cancellationToken)
    {
        _ = app.Services.GetRequiredService<MasterKeys>();
        await app.Services.GetRequiredService<IDatabase>().PrepareAsync(cancellationToken);
        await app.Services.GetRequiredService<DataKeys>().PrepareAsync(cancellationToken);
        await Engine.StartAsync(app.Services, cancellationToken);
    }

    /// <summary>After the silo stopped listening: grains store what they count.</summary>
    public static Task StopSiloAsync(this WebApplication app, CancellationToken cancellationToken) =>
        Engine.StopAsync(app.Services, cancellationToken);
}
