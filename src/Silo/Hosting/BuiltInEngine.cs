using Sluice.Actors.Hosting;
using Sluice.Grains.Clients;

namespace Sluice.Silo.Hosting;

/// <summary>Starts and stops the grains on <c>src/Actors</c>. Its twin for Orleans has the same members.</summary>
internal static class Engine
{
    public static void AddEngine(this WebApplicationBuilder builder) =>
        builder.Services.AddActors(configure: null, typeof(IClientLedger).Assembly);

    public static Task StartAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<ActorHost>().StartAsync(cancellationToken);

    /// <summary>Grains end what they do and store what they count; no call is taken any more.</summary>
    public static Task StopAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<ActorHost>().StopAsync(cancellationToken);
}
