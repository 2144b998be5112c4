using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Sluice.Grains.Audit;
using Sluice.Grains.Calls;
using Sluice.Grains.Clients;
using Sluice.Grains.Revocations;
using Sluice.Grains.Usage;
using Sluice.Silo.Storage.Audit;
using Sluice.Silo.Storage.Backups;
using Sluice.Silo.Storage.Calls;
using Sluice.Silo.Storage.Ledger;
using Sluice.Silo.Storage.Membership;
using Sluice.Silo.Storage.Migrations;
using Sluice.Silo.Storage.PostgreSql;
using Sluice.Silo.Storage.Revocations;
using Sluice.Silo.Storage.Secrets;
using Sluice.Silo.Storage.Sqlite;
using Sluice.Silo.Storage.States;
using Sluice.Silo.Storage.Usage;

namespace Sluice.Silo.Storage;

/// <summary>Registers the storage.</summary>
internal static partial class StorageServices
{
    /// <summary>The provider that a grain's state means when it names none.</summary>
    private const string DefaultProvider = "Default";

    /// <summary>
    /// Registers everything that is kept in the database. The host awaits <see cref="IDatabase.PrepareAsync"/> before
    /// it starts anything that uses it.
    /// </summary>
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddOptions<StorageOptions>()
            .BindConfiguration("Storage")
            .PostConfigure<IConfiguration>((options, settings) => options.TakeDatabaseUrl(settings["DATABASE_URL"]))
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
            new Migrator(Schema.Migrations, provider.GetRequiredService<ILogger<Migrator>>()));
        services.AddSingleton<IDatabase>(provider =>
            provider.GetRequiredService<IOptions<StorageOptions>>().Value.SqliteFile.Length > 0
                ? ActivatorUtilities.CreateInstance<SqliteDatabase>(provider)
                : ActivatorUtilities.CreateInstance<PostgreSqlDatabase>(provider));
        services.AddSingleton<SiloIdentity>();
        services.AddSingleton<SiloFence>();
        services.AddMetrics();
        services.AddSingleton<LedgerMetrics>();
        services.AddSingleton<IReserveWriter>(provider =>
            ActivatorUtilities.CreateInstance<BreakingReserveWriter>(provider, ReserveWriterOf(provider)));
        services.AddSingleton<IClientLedger, DatabaseClientLedger>();
        services.AddSingleton<IUsageLog, DatabaseUsageLog>().AddSingleton<UsageReport>();
        services.AddSingleton<RevocationMetrics>().AddSingleton<RevocationWriter>().AddSingleton<RevocationTable>();
        services.AddSingleton<IRevocationFeed, RevocationReader>();
        services.AddSingleton<AuditWriter>().AddSingleton<AuditTrail>().AddSingleton<IAuditLog, DatabaseAuditLog>();
        services.AddSingleton<CheckpointTable>();
        services.AddSingleton<DatabaseCallLog>();
        services.AddSingleton<ICallLog>(provider => provider.GetRequiredService<DatabaseCallLog>());
        services.AddSingleton<StateIndex>().AddSingleton<DataKeyTable>().AddSingleton<BackupTable>();
        AddEngineTables(services);
        services.AddSingleton<DatabaseGrainStorage>();
        services.AddKeyedSingleton<IGrainStorage>(
            DefaultProvider, (provider, _) => provider.GetRequiredService<DatabaseGrainStorage>());
        return services;
    }

    /// <summary>One engine fills this in; the other needs no table of ours.</summary>
    static partial void AddEngineTables(IServiceCollection services);

    /// <summary>SQLite's one writer already commits concurrent writes together; PostgreSQL is helped to.</summary>
    private static IReserveWriter ReserveWriterOf(IServiceProvider provider)
    {
        var database = provider.GetRequiredService<IDatabase>();
        return database.Dialect == SqlDialect.Sqlite
            ? new SingleReserveWriter(database)
            : new GroupedReserveWriter(
                database,
                provider.GetRequiredService<SiloIdentity>(),
                provider.GetRequiredService<IOptions<StorageOptions>>().Value.CommandTimeout,
                provider.GetRequiredService<TimeProvider>());
    }
}
