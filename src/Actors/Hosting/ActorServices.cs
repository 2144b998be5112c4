using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Actors.Membership;
using Sluice.Actors.Wire;

namespace Sluice.Actors.Hosting;

/// <summary>Registers the engine.</summary>
public static class ActorServices
{
    /// <summary>
    /// Registers one <see cref="ActorHost"/>, <see cref="IGrainFactory"/> and <see cref="IClusterClient"/>. Who hosts
    /// it calls <see cref="ActorHost.StartAsync"/> and <see cref="ActorHost.StopAsync"/>. Taken from the services when
    /// registered: <see cref="TimeProvider"/>, <see cref="ITurnScheduler"/>, <see cref="Random"/>,
    /// <see cref="ICallTransport"/>, <see cref="IReminderTable"/>, <see cref="ILoggerFactory"/>, every
    /// <see cref="IIncomingGrainCallFilter"/> in order, and <see cref="IGrainStorage"/> by its key.
    /// </summary>
    public static IServiceCollection AddActors(
        this IServiceCollection services, Action<ActorHostOptions>? configure, params Assembly[] grainAssemblies)
    {
        services.TryAddSingleton(provider =>
        {
            var options = new ActorHostOptions();
            configure?.Invoke(options);
            return new ActorHost(options, Parts(provider, grainAssemblies));
        });
        services.TryAddSingleton<IClusterClient>(provider => provider.GetRequiredService<ActorHost>().Client);
        services.TryAddSingleton<IGrainFactory>(provider => provider.GetRequiredService<ActorHost>().GrainFactory);
        return services;
    }

    /// <summary>
    /// Makes the registered host a silo of a cluster. Its <see cref="IMembershipTable"/> is taken from the services.
    /// </summary>
    public static IServiceCollection AddActorCluster(
        this IServiceCollection services, Func<IServiceProvider, ClusterOptions> options,
        Func<IServiceProvider, MembershipOptions>? membership = null) =>
        services.AddSingleton<ICallTransport>(provider => new SiloTransport(
            options(provider), membership?.Invoke(provider) ?? new MembershipOptions(),
            provider.GetRequiredService<IMembershipTable>(),
            provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance, new TcpNetwork()));

    /// <summary>
    /// Registers a host without grains, whose <see cref="IClusterClient"/> calls those of a cluster. Who hosts it calls
    /// <see cref="ActorHost.StartAsync"/> and <see cref="ActorHost.StopAsync"/>.
    /// </summary>
    public static IServiceCollection AddActorClient(
        this IServiceCollection services, Func<IServiceProvider, ClusterClientOptions> options)
    {
        services.AddSingleton<ICallTransport>(provider => new ClientTransport(
            options(provider), provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
            new TcpNetwork()));
        return services.AddActors(configure: null);
    }

    /// <summary>Registers the storage that <c>[PersistentState("…", name)]</c> means.</summary>
    /// <param name="services">Where.</param>
    /// <param name="name"><c>Default</c> is the one meant when no name is given.</param>
    /// <param name="make">Called once, when the host starts.</param>
    public static IServiceCollection AddGrainStorage(
        this IServiceCollection services, string name, Func<IServiceProvider, IGrainStorage> make) =>
        services.AddKeyedSingleton(name, (provider, _) => make(provider));

    private static ActorHostParts Parts(IServiceProvider provider, Assembly[] grainAssemblies)
    {
        var standard = new ActorHostParts { Services = provider, GrainAssemblies = grainAssemblies, Random = Seeded() };
        return new ActorHostParts
        {
            Services = provider,
            GrainAssemblies = grainAssemblies,
            Time = provider.GetService<TimeProvider>() ?? standard.Time,
            Scheduler = provider.GetService<ITurnScheduler>() ?? standard.Scheduler,
            Random = provider.GetService<Random>() ?? standard.Random,
            Transport = provider.GetService<ICallTransport>(),
            Storage = name => provider.GetKeyedService<IGrainStorage>(name),
            Reminders = provider.GetService<IReminderTable>(),
            Filters = () => [.. provider.GetServices<IIncomingGrainCallFilter>()],
            Logging = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
        };
    }

    private static Random Seeded() => new(RandomNumberGenerator.GetInt32(int.MaxValue));
}
