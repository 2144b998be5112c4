using Sluice.Chaos.Processes;
using Sluice.Testing;

namespace Sluice.Chaos.Live;

/// <summary>
/// One cluster for all live proofs, made whole before each: three silos, three edges, and a pool that takes its time.
/// </summary>
public sealed class LiveCluster : IAsyncDisposable
{
    private const int Silos = 3;
    private const int Edges = 3;

    /// <summary>Most calls take a tenth of a second; one in twenty-five takes four to eight seconds.</summary>
    private static readonly string[] PoolSpeed = ["--decode-tokens-per-second", "100", "--batch", "256"];

    private TestCluster? _cluster;

    internal async Task<TestCluster> WholeAsync()
    {
        Assert.SkipWhen(PostgreSqlServer.WhyMissing is not null, PostgreSqlServer.WhyMissing ?? "");
        Assert.SkipWhen(NodeLoad.WhyMissing is not null, NodeLoad.WhyMissing ?? "");
        _cluster ??= await TestCluster.StartAsync(Silos, Edges, PoolSpeed);
        while (_cluster.Running.Count < Silos)
        {
            await _cluster.AddSiloAsync();
        }

        while (_cluster.EdgeAddresses.Count < Edges)
        {
            await _cluster.AddEdgeAsync();
        }

        await Eventually.True(
            async () => await _cluster.CountSilosAsync() == Silos, "The view has the silos that run, and no other.");
        return _cluster;
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
