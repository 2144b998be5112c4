using Microsoft.Extensions.Options;
using Sluice.Daemon;
using Sluice.Silo.Configuration;
using Sluice.Silo.Security;
using Sluice.Silo.Storage;

namespace Sluice.Standalone;

/// <summary>All of Sluice in one process: a silo, then a pool, then an edge before them.</summary>
internal static class Installation
{
    /// <returns>0 after a clean stop; 1 when it could not start, with one sentence on standard error.</returns>
    public static async Task<int> RunAsync(StandaloneOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using var folder = DataFolder.Take(options.DataFolder);
            var file = ConfigurationOf(options, folder);
            await using var silo = await SiloPart.StartAsync(options, folder, file);
            await using var pools = await PoolsPart.StartAsync(options, file, silo.Time, cancellationToken);
            await using var edge = await EdgePart.StartAsync(options, silo, pools);
            var quickstart = await silo.QuickstartAsync(edge.Address);
            Welcome.Print(quickstart, folder, pools);
            await silo.UntilStoppedAsync(cancellationToken);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0; // Asked to stop before it had started.
        }
        catch (Exception exception) when (Sentence(exception) is { } sentence)
        {
            await Console.Error.WriteLineAsync($"Sluice cannot start: {sentence}");
            return 1;
        }
    }

    private static SluiceFile? ConfigurationOf(StandaloneOptions options, DataFolder folder)
    {
        var path = options.ConfigFile ?? (File.Exists(folder.Configuration) ? folder.Configuration : null);
        return path is null ? null : SluiceFile.Load(path);
    }

    /// <summary>What an operator can act on; null for what is a mistake of ours and needs its stack trace.</summary>
    private static string? Sentence(Exception exception) => exception switch
    {
        CannotStartException or MasterKeyException or StorageUnavailableException => exception.Message,
        SluiceFileException file => $"the configuration is broken:{Environment.NewLine}{file.Message}",
        OptionsValidationException settings => $"the settings are broken: {string.Join(" ", settings.Failures)}",
        _ => null,
    };
}
