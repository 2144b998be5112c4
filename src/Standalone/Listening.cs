using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Daemon;
using Sluice.Telemetry;

namespace Sluice.Standalone;

/// <summary>What both parts of the process do to listen.</summary>
internal static class Listening
{
    /// <summary>
    /// Loopback only: this is for one machine. A failure to listen is told once, by whoever starts it.
    /// </summary>
    public static void ListenOn(this WebApplicationBuilder builder, int port)
    {
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.AddSluiceLogging();
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning); // Welcome says it for both parts.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
    }

    /// <exception cref="CannotStartException">The port is taken.</exception>
    public static async Task ListenAsync(this WebApplication app, string option, int port)
    {
        try
        {
            await app.StartAsync();
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new CannotStartException($"port {port} is taken: choose another one with {option}.");
        }
    }
}
