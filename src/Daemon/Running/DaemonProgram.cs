using System.Reflection;
using Sluice.Daemon.Settings;

namespace Sluice.Daemon.Running;

/// <summary>Runs a process of ours from its command line to its exit code.</summary>
public sealed class DaemonProgram
{
    private readonly SettingCatalog _catalog;
    private readonly Func<DaemonStart, Task> _run;

    /// <param name="catalog">What there is to set.</param>
    /// <param name="run">
    /// Starts, waits for the stop signal and stops. Throws <see cref="RefusedSettingsException"/> for settings that
    /// cannot be used and <see cref="CannotStartException"/> for anything else that an operator can mend.
    /// </param>
    public DaemonProgram(SettingCatalog catalog, Func<DaemonStart, Task> run) => (_catalog, _run) = (catalog, run);

    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        using var signals = new StopSignals(Environment.Exit).Listen();
        return await RunAsync(arguments, signals, Console.Out, Console.Error);
    }

    internal async Task<int> RunAsync(
        IReadOnlyList<string> arguments, StopSignals signals, TextWriter output, TextWriter errors)
    {
        var line = CommandLine.Read(arguments, _catalog);
        if (line.Help)
        {
            await output.WriteAsync(HelpText.Of(_catalog));
            return ExitCodes.Done;
        }

        if (line.Version)
        {
            await output.WriteLineAsync($"{_catalog.Program} {Version()}");
            return ExitCodes.Done;
        }

        try
        {
            var mistakes = line.Mistakes.ToList();
            var settings = SettingsReader.Read(
                _catalog, line, Environment.GetEnvironmentVariables(), mistakes);
            await _run(new DaemonStart(_catalog.Program, settings, mistakes, signals));
            return ExitCodes.Done;
        }
        catch (RefusedSettingsException refused)
        {
            await errors.WriteLineAsync($"{_catalog.Program} cannot start, {Count(refused.Mistakes)}:");
            foreach (var mistake in refused.Mistakes)
            {
                await errors.WriteLineAsync($"- {mistake}");
            }

            await errors.WriteLineAsync($"{_catalog.Program} --help explains every setting.");
            return ExitCodes.Misused;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return ExitCodes.Done; // Asked to stop before it had started.
        }
        catch (Exception exception)
        {
            await errors.WriteLineAsync(exception switch
            {
                CannotStartException => $"{_catalog.Program} cannot start: {exception.Message}",
                CannotGoOnException => $"{_catalog.Program} ends: {exception.Message}",
                _ => $"{_catalog.Program} failed, and should not have: {exception}",
            });
            return ExitCodes.Failed;
        }
    }

    private static string Count(IReadOnlyList<string> mistakes) =>
        mistakes.Count == 1 ? "a setting is wrong" : $"{mistakes.Count} settings are wrong";

    private static string Version() =>
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "of unknown version";
}
