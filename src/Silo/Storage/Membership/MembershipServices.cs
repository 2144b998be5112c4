using Microsoft.Extensions.Options;
using Sluice.Actors.Membership;
using Sluice.Silo.Storage.Migrations;
using Sluice.Silo.Storage.PostgreSql;

namespace Sluice.Silo.Storage.Membership;

/// <summary>Registers the table of silos.</summary>
internal static class MembershipServices
{
    /// <summary>A heartbeat that takes longer has failed; the others notice after three seconds.</summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(1);

    /// <summary>One for a heartbeat, one for a report on others, one for a step of leaving.</summary>
    private const int ConnectionsMax = 3;

    /// <summary>
    /// Registers <see cref="IMembershipTable"/>. On PostgreSQL it has connections of its own, so that a heartbeat does
    /// not wait behind what grains write. A file has one silo, which needs no table that outlives it.
    /// </summary>
    public static IServiceCollection AddMembershipTable(this IServiceCollection services) =>
        services.AddSingleton<IMembershipTable>(provider =>
        {
            var options = provider.GetService<MembershipOptions>() ?? new MembershipOptions();
            var storage = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
            if (storage.SqliteFile.Length > 0)
            {
                return new InMemoryMembershipTable(provider.GetRequiredService<TimeProvider>(), options);
            }

            var own = new StorageOptions
            {
                DatabaseUrl = storage.DatabaseUrl,
                CommandTimeout = CommandTimeout,
                ConnectionsMax = ConnectionsMax,
            };
            return new DatabaseMembershipTable(
                new PostgreSqlDatabase(Options.Create(own), provider.GetRequiredService<Migrator>()), options);
        });
}
