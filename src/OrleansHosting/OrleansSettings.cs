using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Sluice.Daemon.Settings;

namespace Sluice.OrleansHosting;

/// <summary>
/// The settings of Orleans. They decide what is registered, so they are read before the host is built, and checked
/// again, with all others, when it starts.
/// </summary>
internal static class OrleansSettings
{
    /// <summary>Describes what silos and edges have in common, besides the section <c>Cluster</c>.</summary>
    public static SettingSection Describe<T>(SettingCatalog catalog)
        where T : OrleansOptions, new() => catalog.Section<T>(OrleansOptions.Section)
        .Add("ServiceId", "Stays the same when the cluster is replaced by another one.", "1 to 100 characters")
        .Add(
            "Clustering",
            "Where the silos of the cluster are written down. AdoNet is PostgreSQL; Localhost is nowhere, for "
                + "development "
            + "with one silo on the same machine.")
        .Add(
            "RedisConnection", "Redis, durable and not evicting; holds a password.",
            "host:6379,ssl=true,user=…,password=…, as StackExchange.Redis reads it", secret: true)
        .Add(
            "DatabaseConnection",
            "PostgreSQL with Orleans' tables; holds a password. Not set at a silo: the database of Storage.",
            "a connection string of Npgsql", secret: true)
        .Add(
            "GatewayPort",
            "The port of a silo that edges connect to. At an edge it counts with Localhost only; otherwise silos are "
                + "found "
            + "with their ports.")
        .Add("ResponseTimeout", "How long a caller of a grain waits.");

    /// <summary>Registers the section, and what it is checked by.</summary>
    /// <param name="builder">Of the host.</param>
    /// <param name="complete">Fills in what other sections say.</param>
    /// <returns>The settings; null when there are mistakes, which are told when the host starts.</returns>
    public static T? AddSettings<T>(this WebApplicationBuilder builder, Action<T> complete)
        where T : OrleansOptions, new()
    {
        builder.Services.AddSettings<T>(OrleansOptions.Section).PostConfigure(complete);
        builder.Services.AddSingleton<IValidateOptions<T>, Validator<T>>();
        var options = new T();
        builder.Configuration.GetSection(OrleansOptions.Section).Bind(options);
        complete(options);
        return Annotations.MistakesIn(OrleansOptions.Section, options).Concat(options.Mistakes()).Any()
            ? null
            : options;
    }

    /// <exception cref="OptionsValidationException">It names every mistake.</exception>
    public static void CheckSettings<T>(this IServiceProvider services)
        where T : OrleansOptions => _ = services.GetRequiredService<IOptions<T>>().Value;

    /// <summary>
    /// A caller that no longer waits takes its call back, so that a grain which has fallen behind does not work for
    /// nobody. Orleans' own default is to let it run.
    /// </summary>
    public static void Apply(this OrleansOptions options, MessagingOptions messaging)
    {
        messaging.ResponseTimeout = options.ResponseTimeout;
        messaging.CancelRequestOnTimeout = true;
    }

    public static void Apply(this OrleansOptions options, ClusterOptions cluster, ClusterSettings settings) =>
        (cluster.ClusterId, cluster.ServiceId) = (settings.Id, options.ServiceId);

    private sealed class Validator<T> : IValidateOptions<T>
        where T : OrleansOptions
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var mistakes = options.Mistakes().ToList();
            return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
        }
    }
}
