using Sluice.Actors.Hosting;
using Sluice.Grains.Clients;
using Sluice.Silo.Storage;

namespace Sluice.Silo.Hosting;

/// <summary>Starts and stops the grains on <c>src/Actors</c>. Its twin for Orleans has the same members.</summary>
internal static class Engine
{
    /// <summary>The name that <c>[PersistentState("…")]</c> without a storage's name means.</summary>
    private const string DefaultStorage = "Default";

    public static void AddEngine(this IServiceCollection services)
    {
        services.AddActors(configure: null, typeof(IClientLedger).Assembly);
        services.AddGrainStorage(DefaultStorage, provider => provider.GetRequiredService<DatabaseGrainStorage>());
    }

    public static Task StartAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<ActorHost>().StartAsync(cancellationToken);

    /// <summary>Grains end what they do and store what they count; no call is taken any more.</summary>
    public static Task StopAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<ActorHost>().StopAsync(cancellationToken);
}
