using System.Data.Common;
using Microsoft.Extensions.Options;
using Sluice.Daemon;
using Sluice.Daemon.Running;
using Sluice.Daemon.Settings;
using Sluice.Grains.Issuers;
using Sluice.Rules.Safekeeping;
using Sluice.Silo.Security;
using Sluice.Silo.Storage;

namespace Sluice.Silo.Safekeeping;

/// <summary>
/// What is done to a database as a whole, beside the silos: <c>backup</c>, <c>restore</c>, <c>drill</c> and
/// <c>rewrap</c>. The same program as a silo, with the same settings, because it needs the same database and the same
/// master key.
/// </summary>
internal static class SafekeepingProgram
{
    private static readonly Dictionary<string, Func<Work, Task>> Commands = new()
    {
        ["backup"] = BackUpAsync,
        ["restore"] = RestoreAsync,
        ["drill"] = DrillAsync,
        ["rewrap"] = RewrapAsync,
    };

    /// <summary>Whether a command line is one of these, rather than a silo's.</summary>
    public static bool Knows(IReadOnlyList<string> arguments) =>
        arguments.Count > 0 && Commands.ContainsKey(arguments[0]);

    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static Task<int> RunAsync(SettingCatalog catalog, IReadOnlyList<string> arguments) =>
        new DaemonProgram(catalog, start => RunAsync(start, Commands[arguments[0]], Console.Out, Console.Error))
            .RunAsync([.. arguments.Skip(1)]);

    internal static async Task RunAsync(DaemonStart start, Func<Work, Task> command, TextWriter output, TextWriter told)
    {
        await using var services = ServicesOf(start);
        start.CheckSettings(services);
        var options = services.GetRequiredService<IOptions<BackupOptions>>().Value;
        var places = options.To.Select(BackupPlace.Parse).ToList();
        if (places.Contains(null))
        {
            throw new RefusedSettingsException(
                ["Backup:To is FOLDER, then ,medium=NAME and ,off-site where they are so."]);
        }

        try
        {
            await command(new Work(
                services, options, places.OfType<BackupPlace>().ToList(),
                new SafekeepingReport(output, told, options.Json), start.Stop));
        }
        catch (Exception exception) when (exception is MasterKeyException or BackupException
            or StorageUnavailableException or DbException or IOException or UnauthorizedAccessException)
        {
            throw new CannotGoOnException(exception.Message);
        }
    }

    /// <summary>What a command has to do it with.</summary>
    internal sealed record Work(
        IServiceProvider Services, BackupOptions Options, IReadOnlyList<BackupPlace> Places, SafekeepingReport Report,
        CancellationToken Stop)
    {
        public StorageOptions Storage => Services.GetRequiredService<IOptions<StorageOptions>>().Value;

        public MasterKeys MasterKeys => Services.GetRequiredService<MasterKeys>();

        public string? KnownKey =>
            Options.KnownKeyFile.Length == 0 ? null : File.ReadAllText(Options.KnownKeyFile).Trim();
    }

    internal static async Task BackUpAsync(Work work)
    {
        if (work.Places.Count == 0)
        {
            throw new RefusedSettingsException(["Backup:To (--to) names no place to keep a backup at."]);
        }

        BackupOutcome outcome;
        await using (var store = await TableStore.OpenAsync(work.Storage, makes: false, work.Stop))
        {
            outcome = await new BackupRun(work.MasterKeys, TimeProvider.System, work.Report.Progress).RunAsync(
                store, work.Places, new Retention(work.Options.Keep, TimeSpan.FromDays(work.Options.KeepDays)),
                work.Services.GetRequiredService<IConfiguration>()["Cluster:Id"] ?? "sluice", work.Stop);
        }

        await using (var record = await TableStore.OpenAsync(work.Storage, makes: false, work.Stop))
        {
            await BackupRecords.AddAsync(record, outcome, work.Stop);
        }

        await work.Report.TellAsync(outcome);
        if (outcome.Places.Count(place => place.Problem.Length > 0) is > 0 and var failed)
        {
            throw new CannotGoOnException(
                $"{failed} of {outcome.Places.Count} places did not take the backup; the others have it.");
        }
    }

    internal static async Task RestoreAsync(Work work)
    {
        if (work.Options.Quotas is QuotasAfterRestore.Unsaid)
        {
            throw new RefusedSettingsException(
            [
                "Backup:Quotas (--quotas) is not said. What was used since the backup is known to nobody: Keep lets "
                + "it be used again, Spent lets nobody use more in periods that had begun.",
            ]);
        }

        var folder = FolderOf(work);
        await using var store = await TableStore.OpenAsync(work.Storage, makes: true, work.Stop);
        var issuer = work.Services.GetRequiredService<IOptions<TokenOptions>>().Value.Issuer;
        var outcome = await new RestoreRun(work.MasterKeys, TimeProvider.System, work.Report.Progress).RunAsync(
            store, new RestoreWish(folder, work.Options.Quotas, issuer, work.KnownKey, IsDrill: false), work.Stop);
        await work.Report.TellAsync(outcome);
    }

    internal static async Task DrillAsync(Work work)
    {
        var report = await new Drill(work.MasterKeys, TimeProvider.System, work.Report.Progress).RunAsync(
            work.Storage, FolderOf(work), work.KnownKey, work.Stop);
        await using (var record = await TableStore.OpenAsync(work.Storage, makes: false, work.Stop))
        {
            var tables = await record.AllTablesAsync(work.Stop);
            if (tables.Exists(table => table.Name == "backup_drill"))
            {
                await BackupRecords.AddAsync(record, report, work.Stop);
            }
        }

        await work.Report.TellAsync(report);
        if (report.Problems.Count > 0)
        {
            throw new CannotGoOnException("the drill found that the backup is not worth what it should be.");
        }
    }

    internal static async Task RewrapAsync(Work work)
    {
        var options = work.Services.GetRequiredService<IOptions<RewrapOptions>>().Value;
        await using var store = await TableStore.OpenAsync(work.Storage, makes: true, work.Stop);
        await work.Report.TellAsync(await new RewrapRun(work.MasterKeys, work.Report.Progress).RunAsync(
            store, options.Secrets || options.NewDataKey, options.NewDataKey, work.Stop));
    }

    /// <summary>The backup that is meant: the one that is named, or the newest of all places.</summary>
    private static string FolderOf(Work work)
    {
        var from = work.Options.From;
        if (from.Length > 0 && File.Exists(Path.Combine(from, BackupManifest.FileName)))
        {
            return Path.GetFullPath(from);
        }

        IReadOnlyList<BackupPlace> places =
            from.Length > 0 ? [new BackupPlace(from, "disk", IsOffSite: false)] : work.Places;
        return places
            .SelectMany(place => place.List().Select(name => (Name: $"{name}", Folder: place.FolderOf($"{name}"))))
            .OrderByDescending(backup => backup.Name, StringComparer.Ordinal)
            .Select(backup => Path.GetFullPath(backup.Folder))
            .FirstOrDefault()
            ?? throw new BackupException(
                places.Count == 0
                    ? "No place is named: say --from FOLDER."
                    : $"There is no whole backup in {string.Join(", ", places.Select(place => $"'{place.Folder}'"))}.");
    }

    private static ServiceProvider ServicesOf(DaemonStart start)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(start.Settings).Build());
        services.AddSettings<SiloOptions>("Silo");
        services.AddSettings<TokenOptions>("Tokens");
        services.AddSettings<BackupOptions>("Backup");
        services.AddSettings<RewrapOptions>("Rewrap");
        services.AddStorage();
        services.AddSecurity(MasterKey.Load); // One that is made now opens nothing.
        return services.BuildServiceProvider();
    }
}
