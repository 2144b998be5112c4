using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;

[assembly: AssemblyFixture(typeof(SharedCluster))]

// Tests of this suite wait more than they work.
[assembly: CollectionBehavior(MaxParallelThreads = 16)]

namespace Sluice.Conformance.Scenes;

/// <summary>Two silos and a client, for all tests that break nothing.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    private EngineUnderTest? _engine;

    public EngineUnderTest Engine => _engine!;

    public async ValueTask InitializeAsync() =>
        _engine = await Engines.Engine.StartAsync(new EngineWishes { Silos = 2 });

    public ValueTask DisposeAsync() => _engine?.DisposeAsync() ?? ValueTask.CompletedTask;
}
