using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Daemon.Settings;
using Sluice.Telemetry;

namespace Sluice.Daemon.Running;

/// <summary>What a process starts with: its settings, what is wrong with them so far, and the signals.</summary>
/// <param name="Program">The program's name.</param>
/// <param name="Settings">By key, from everywhere they may stand.</param>
/// <param name="Mistakes">What is wrong with them; more may be added until <see cref="CheckSettings"/>.</param>
/// <param name="Signals">When to stop.</param>
public sealed record DaemonStart(
    string Program, IReadOnlyDictionary<string, string?> Settings, IList<string> Mistakes, StopSignals Signals)
{
    /// <summary>Asked to stop.</summary>
    public CancellationToken Stop => Signals.Stop;

    /// <summary>
    /// A host with these settings and no others, that does not listen to signals by itself: the process ends its parts
    /// in its own order.
    /// </summary>
    public WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = Program,
            ContentRootPath = AppContext.BaseDirectory, // Not the working folder.
        });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        builder.AddSluiceLogging();
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning); // The process says it for all parts.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        return builder;
    }

    /// <summary>Returns when the process is asked to stop.</summary>
    public async Task UntilStoppedAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Stop.Register(stopped.SetResult);
        await stopped.Task;
    }

    /// <summary>What a setting is; null when it is not set.</summary>
    public string? this[string key] => Settings.TryGetValue(key, out var value) ? value : null;

    /// <summary>
    /// Ends the start if anything is wrong: what was found before, and what the options' own checks find.
    /// </summary>
    /// <param name="hosts">The services of every host of the process.</param>
    /// <exception cref="RefusedSettingsException">Names all of it.</exception>
    public void CheckSettings(params IReadOnlyList<IServiceProvider> hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        foreach (var services in hosts)
        {
            Check(services);
        }

        if (Mistakes.Count > 0)
        {
            throw new RefusedSettingsException([.. Mistakes.Distinct(StringComparer.Ordinal)]);
        }
    }

    private void Check(IServiceProvider services)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
        }
        catch (OptionsValidationException exception)
        {
            Add(exception);
        }
        catch (AggregateException exception)
            when (exception.InnerExceptions.All(one => one is OptionsValidationException))
        {
            foreach (var one in exception.InnerExceptions)
            {
                Add((OptionsValidationException)one);
            }
        }
    }

    private void Add(OptionsValidationException exception)
    {
        foreach (var failure in exception.Failures)
        {
            Mistakes.Add(failure);
        }
    }

    /// <summary>Signals are the process's, not a host's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
