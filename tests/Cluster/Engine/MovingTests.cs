using Sluice.Actors.Hosting;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>
/// Silos come and go within milliseconds while every grain is called without pause. Grains have their sums in memory
/// alone, so a sum that goes back is a parcel that was lost, and one that jumps is a call that ran twice.
/// </summary>
public sealed class MovingTests : IAsyncDisposable
{
    private const int Grains = 120;
    private const int Callers = 6;

    private readonly EngineCluster _cluster = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly long[] _sums = new long[Grains];

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _stop.Dispose();
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Sums_never_go_back_however_fast_silos_come_and_go(int seed)
    {
        var random = new Random(seed);
        var silos = new List<EngineSilo>
        {
            await _cluster.StartSiloAsync("first"), await _cluster.StartSiloAsync("second"),
        };
        var client = await _cluster.StartClientAsync(silos[0]);
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(
            () => CallAsync(client, caller), TestContext.Current.CancellationToken)).ToArray();

        for (var round = 0; round < 6; round++)
        {
            // Some leave and some join at the same time; one of those that were there stays.
            var leaving = silos.OrderBy(_ => random.Next()).Take(random.Next(0, silos.Count)).ToList();
            var joining = Enumerable.Range(0, random.Next(1, 3))
                .Select(i => _cluster.StartSiloAsync($"r{round}.{i}")).ToList();
            silos.RemoveAll(leaving.Contains);
            await Task.WhenAll(leaving.Select(silo => silo.Host.StopAsync(CancellationToken.None))).Within();
            silos.AddRange(await Task.WhenAll(joining).Within());
            var before = _sums.Sum();
            await Eventually.True(
                () => _sums.Sum() > before + Grains || callers.Any(caller => caller.IsFaulted), "Calls go on.");
        }

        await _stop.CancelAsync();
        await Task.WhenAll(callers).Within();
        for (var grain = 0; grain < Grains; grain++)
        {
            Assert.Equal(_sums[grain], await client.Client.GetGrain<INote>($"n{grain}").Add(0).AsTask().Within());
        }

        await Eventually.True(
            () => silos.Sum(CountNotes) == Grains, "Every grain lives once.");
    }

    private static int CountNotes(EngineSilo silo) =>
        silo.Host.Activations().Count(info => info.GrainId.Type.ToString() == "note");

    private async Task CallAsync(ActorHost client, int caller)
    {
        for (var grain = caller; !_stop.IsCancellationRequested; grain = (grain + Callers) % Grains)
        {
            var sum = await client.Client.GetGrain<INote>($"n{grain}").Add(1).AsTask().Within();
            if (sum != _sums[grain] + 1)
            {
                throw new InvalidOperationException($"n{grain} was {_sums[grain]} and is {sum} after one more.");
            }

            _sums[grain] = sum;
        }
    }
}
