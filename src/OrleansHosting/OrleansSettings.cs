using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Sluice.OrleansHosting;

/// <summary>
/// Reads the settings of Orleans. They decide what is registered, so they are needed before the host is built.
/// </summary>
internal static class OrleansSettings
{
    /// <exception cref="OptionsValidationException">It names every mistake of both sections.</exception>
    public static (T Options, ClusterTlsOptions Tls) Read<T>(
        IConfiguration configuration, Action<T> complete, Func<T, IEnumerable<string>> mistakesIn)
        where T : OrleansOptions, new()
    {
        var options = new T();
        configuration.GetSection(OrleansOptions.Section).Bind(options);
        complete(options);
        var tls = new ClusterTlsOptions();
        configuration.GetSection(ClusterTlsOptions.Section).Bind(tls);
        var mistakes = OrleansMistakes.In(options).Concat(mistakesIn(options)).Concat(tls.Mistakes()).ToList();
        return mistakes.Count == 0
            ? (options, tls)
            : throw new OptionsValidationException(OrleansOptions.Section, typeof(T), mistakes);
    }

    /// <summary>
    /// A caller that no longer waits takes its call back, so that a grain which has fallen behind does not work for
    /// nobody. Orleans' own default is to let it run.
    /// </summary>
    public static void Apply(this OrleansOptions options, MessagingOptions messaging)
    {
        messaging.ResponseTimeout = options.ResponseTimeout;
        messaging.CancelRequestOnTimeout = true;
    }

    public static void Apply(this OrleansOptions options, ClusterOptions cluster) =>
        (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId);
}
