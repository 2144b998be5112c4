using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Sluice.Telemetry.Logging;

namespace Sluice.Telemetry;

/// <summary>Registers logging.</summary>
public static class LoggingServices
{
    /// <summary>Frameworks that tell every request, twice. A configuration that names them has the last word.</summary>
    private static readonly string[] Noisy = ["Microsoft.AspNetCore", "System.Net.Http.HttpClient", "Yarp"];

    /// <summary>
    /// Logs to the console and nowhere else: <c>Logging:Format</c> is <c>text</c> (the default; a line a record, an
    /// exception indented below) or <c>json</c> (an object a line). Times are UTC. Keys and bearer tokens are masked in
    /// whatever is written. An unknown format fails the start.
    /// </summary>
    public static IHostApplicationBuilder AddSluiceLogging(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        // Any other provider would write what no formatter of ours has masked.
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole();
        builder.Logging.AddConsoleFormatter<TextFormatter, ConsoleFormatterOptions>();
        builder.Logging.AddConsoleFormatter<JsonFormatter, ConsoleFormatterOptions>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOptions<ConsoleLoggerOptions>().Configure<IConfiguration>((options, configuration) =>
        {
            options.FormatterName = FormatterNamed(configuration["Logging:Format"]);
            options.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite; // A stopped terminal must not stop requests.
        });

        // First in line, because of two rules for one category the later one counts, and that must be the operator's.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<LoggerFilterOptions>>(
            new ConfigureOptions<LoggerFilterOptions>(Quieten)));
        return builder;
    }

    /// <summary>
    /// Hosting makes an activity for every request as soon as this category is on at any level, and HTTP clients then
    /// make another. It only repeats what Kestrel logs of a failure; with traces on, activities are made all the same.
    /// </summary>
    private const string MakesActivities = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>
    /// Warns with a stack of every call that failed, and of every client that hung up. Whoever forwards tells the
    /// failures, by request id; hanging up is none.
    /// </summary>
    private const string WarnsOfHangUps = "Yarp.ReverseProxy.Forwarder.HttpForwarder";

    private static void Quieten(LoggerFilterOptions options)
    {
        options.Rules.Add(new LoggerFilterRule(null, MakesActivities, LogLevel.None, null));
        options.Rules.Add(new LoggerFilterRule(null, WarnsOfHangUps, LogLevel.Error, null));
        foreach (var category in Noisy)
        {
            options.Rules.Add(new LoggerFilterRule(null, category, LogLevel.Warning, null));
        }
    }

    private static string FormatterNamed(string? format) => format switch
    {
        null or "" or "text" => TextFormatter.FormatterName,
        "json" => JsonFormatter.FormatterName,
        _ => throw new OptionsValidationException(
            "Logging", typeof(ConsoleLoggerOptions), [$"Logging:Format must be text or json, and is '{format}'."]),
    };
}
