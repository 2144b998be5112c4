using Sluice.Testing;

namespace Sluice.Chaos.Processes;

/// <summary>One cluster for many tests, that is whole again before each.</summary>
public sealed class StandingCluster : IAsyncDisposable
{
    private const int Silos = 3;

    private TestCluster? _cluster;

    internal async Task<TestCluster> WithThreeSilosAsync()
    {
        Assert.SkipWhen(PostgreSqlServer.WhyMissing is not null, PostgreSqlServer.WhyMissing ?? "");
        _cluster ??= await TestCluster.StartAsync(Silos);
        while (_cluster.Running.Count < Silos)
        {
            await _cluster.AddSiloAsync();
        }

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
