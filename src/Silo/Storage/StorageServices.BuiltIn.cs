using Sluice.Actors.Hosting;
using Sluice.Silo.Storage.Membership;
using Sluice.Silo.Storage.Reminders;

namespace Sluice.Silo.Storage;

/// <summary>What the built-in engine keeps in the database; Orleans brings its own tables.</summary>
internal static partial class StorageServices
{
    static partial void AddEngineTables(IServiceCollection services) =>
        services.AddMembershipTable().AddSingleton<IReminderTable, DatabaseReminderTable>();
}
