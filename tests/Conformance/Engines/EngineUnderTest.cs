using Microsoft.Extensions.DependencyInjection;

namespace Sluice.Conformance.Engines;

/// <summary>What a test asks of its cluster.</summary>
public sealed record EngineWishes
{
    /// <summary>How many silos it begins with. 1 or more.</summary>
    public int Silos { get; init; } = 1;

    /// <summary>How long an activation may be idle, when its class does not say. Null takes the engine's own.</summary>
    public TimeSpan? IdleAge { get; init; }

    /// <summary>What each silo has besides, such as filters.</summary>
    public Action<IServiceCollection>? Services { get; init; }
}

/// <summary>
/// A cluster of the engine this suite was compiled for: its silos in this process, and one client outside of them. Its
/// time is real; its storage belongs to the test.
/// </summary>
public abstract class EngineUnderTest(EngineWishes wishes) : IAsyncDisposable
{
    /// <summary>How code outside of grains calls them.</summary>
    public abstract IClusterClient Client { get; }

    /// <summary>The running silos by name, in the order of their start.</summary>
    public abstract IReadOnlyList<string> Silos { get; }

    /// <summary>
    /// A silo that stops hands over what its grains have only in memory. Otherwise a grain asks for that itself, in a
    /// way the other engine does not have.
    /// </summary>
    public abstract bool HandsOverByItself { get; }

    /// <summary>What the grains of this cluster tell, and wait for.</summary>
    public Board Board { get; } = new();

    /// <summary>The storage of all states.</summary>
    public SuiteStorage Storage { get; } = new();

    protected EngineWishes Wishes => wishes;

    public abstract Task<string> StartSiloAsync();

    /// <summary>The silo takes its time to end what it does.</summary>
    public abstract Task StopSiloAsync(string silo);

    /// <summary>The silo is gone from one moment to the next, and tells nobody.</summary>
    public abstract Task KillSiloAsync(string silo);

    public abstract ValueTask DisposeAsync();

    /// <summary>What the grains of the suite take from their silo.</summary>
    protected void AddParts(IServiceCollection services, string silo)
    {
        services.AddSingleton(Board).AddSingleton(new SiloName(silo));
        wishes.Services?.Invoke(services);
    }
}

/// <summary>The silo that a grain lives on.</summary>
public sealed record SiloName(string Value);
