using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>A client that floods a silo is refused at once, and nobody else waits for it.</summary>
public sealed class CrowdTests : IAsyncDisposable
{
    private readonly EngineCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_flood_leaves_room_for_the_calls_of_others()
    {
        var silo = await _cluster.StartSiloAsync("one", actors: options => options.MaxWaitingRemote = 64);
        var flooding = await _cluster.StartClientAsync(silo);
        var other = await _cluster.StartClientAsync(silo);
        var running = flooding.Client.GetGrain<INote>("flooded").Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();

        var calls = Enumerable.Range(0, 1000)
            .Select(_ => flooding.Client.GetGrain<INote>("flooded").Add(1).AsTask()).ToList();
        await Eventually.True(
            () => calls.Count(call => call.IsFaulted) == 1000 - 32, "All but half of the room are refused.");

        Assert.Equal(32, silo.Host.RemoteWaiting.Count);
        var refusal = await Assert.ThrowsAsync<LimitExceededException>(() => calls.First(call => call.IsFaulted));
        Assert.Contains("other processes", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("note/flooded.Block", silo.Host.Find(GrainId.Create("note", "flooded"))!.Running); // Took no turn.
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(i + 1, await other.Client.GetGrain<INote>("n").Add(1).AsTask().Within());
        }

        _cluster.Gates.Open("gate");
        await running.Within();
        Assert.Equal(32, await other.Client.GetGrain<INote>("flooded").Add(0).AsTask().Within());
        Assert.Equal(0, silo.Host.RemoteWaiting.Count);
    }

    [Fact]
    public async Task Calls_of_the_same_process_are_not_counted()
    {
        var silo = await _cluster.StartSiloAsync("one", actors: options => options.MaxWaitingRemote = 2);
        var note = silo.Host.GrainFactory.GetGrain<INote>("n");
        var running = note.Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();

        var calls = Enumerable.Range(0, 50).Select(_ => note.Add(1).AsTask()).ToList();

        Assert.Equal(0, silo.Host.RemoteWaiting.Count);
        _cluster.Gates.Open("gate");
        await running.Within();
        Assert.Equal(50, (await Task.WhenAll(calls).Within())[^1]);
    }
}
