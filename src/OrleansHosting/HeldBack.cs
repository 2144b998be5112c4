namespace Sluice.OrleansHosting;

/// <summary>
/// Orleans starts as a hosted service, together with the listening for requests. Here grains answer before that, and
/// until after it: so its service is taken out of the host's list and started by hand.
/// </summary>
internal static class HeldBack
{
    private const string Key = "engine";

    /// <summary>Call it right after Orleans was added: the last hosted service is its own.</summary>
    public static void HoldBackEngine(this IServiceCollection services)
    {
        var added = services.Last(service => service.ServiceType == typeof(IHostedService) && !service.IsKeyedService);
        services.Remove(added);
        services.Add(added.ImplementationFactory is { } make
            ? ServiceDescriptor.KeyedSingleton(typeof(IHostedService), Key, (provider, _) => make(provider))
            : ServiceDescriptor.KeyedSingleton(typeof(IHostedService), Key, added.ImplementationType!));
    }

    public static IHostedService Engine(this IServiceProvider services) =>
        services.GetRequiredKeyedService<IHostedService>(Key);
}
