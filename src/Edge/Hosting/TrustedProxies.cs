using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Sluice.Edge.Hosting;

/// <summary>Where a client is, when proxies stand in front of the edge.</summary>
internal static class TrustedProxies
{
    /// <summary>
    /// Reads <c>X-Forwarded-For</c> from its end, as long as a trusted proxy says so: the first address that is none of
    /// theirs is the client's. What stands before it anybody may have written.
    /// </summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value.TrustedProxies;
        if (proxies.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
        }

        app.UseForwardedHeaders(options);
    }
}
