using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>A call runs once or not at all, and its caller hears at once when nobody can say which.</summary>
public sealed class AtMostOnceTests : IAsyncDisposable
{
    private readonly EngineCluster _cluster = new();
    private readonly Relay _relay = new();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Fact]
    public async Task A_call_whose_connection_dies_fails_at_once_and_runs_once()
    {
        var silo = await _cluster.StartSiloAsync("one", _relay.Before);
        var client = await _cluster.StartClientAsync(silo);
        var note = client.Client.GetGrain<INote>("n");
        var call = note.Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();
        var began = TimeProvider.System.GetTimestamp();

        _relay.Cut(forNow: true);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Within());
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        _cluster.Gates.Open("gate");
        await Eventually.True(() => client.IsConnected, "The client is back.");
        Assert.Equal(0, await note.Add(0).AsTask().Within());
        Assert.Equal(1, _cluster.Gates.CountBegun("gate"));
    }

    [Fact]
    public async Task A_connection_on_which_nothing_moves_is_given_up_long_before_the_time_out()
    {
        var silo = await _cluster.StartSiloAsync("one", _relay.Before);
        var client = await _cluster.StartClientAsync(
            silo, options => options.Connections.LostAfter = TimeSpan.FromMilliseconds(1500));
        var call = client.Client.GetGrain<INote>("n").Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();

        _relay.Hold();

        var failure = await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Within());
        Assert.Contains("gave no sign of life", failure.InnerException!.Message, StringComparison.Ordinal);
        _cluster.Gates.Open("gate");
    }

    [Fact]
    public async Task No_call_runs_twice_however_often_connections_break()
    {
        var silo = await _cluster.StartSiloAsync("one", _relay.Before);
        var client = await _cluster.StartClientAsync(silo);
        using var stop = new CancellationTokenSource();
        var cutter = Task.Run(async () =>
        {
            for (var i = 0; i < 15; i++)
            {
                var before = _relay.Bytes;
                await Eventually.True(() => client.IsConnected && _relay.Bytes > before + 2000, "Calls go through.");
                _relay.Cut(forNow: true);
            }

            await stop.CancelAsync();
        }, TestContext.Current.CancellationToken);
        var outcomes = new List<(string Key, bool Answered)>[8];

        await Task.WhenAll(Enumerable.Range(0, outcomes.Length).Select(caller => Task.Run(async () =>
        {
            outcomes[caller] = [];
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var key = $"n{caller}.{i % 500}.{i / 500}";
                outcomes[caller].Add((key, await IsAnsweredAsync(client.Client.GetGrain<INote>(key))));
            }
        }, TestContext.Current.CancellationToken))).Within();
        await cutter.Within();

        await Eventually.True(() => client.IsConnected, "The client is back.");
        var all = outcomes.SelectMany(outcome => outcome).ToList();
        Assert.Contains(all, outcome => !outcome.Answered);
        foreach (var (key, answered) in all.TakeLast(3000))
        {
            var sum = await silo.Host.GrainFactory.GetGrain<INote>(key).Add(0);
            Assert.InRange(sum, answered ? 1 : 0, 1);
        }
    }

    [Fact]
    public async Task A_call_that_waits_at_the_silo_never_runs_when_its_caller_gives_up()
    {
        var silo = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(silo);
        var note = client.Client.GetGrain<INote>("n");
        var running = note.Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();
        using var giveUp = new CancellationTokenSource();
        var waiting = note.AddLater(5, giveUp.Token);
        await Eventually.True(() => Waiting(silo) == 1, "The call waits at the silo.");

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
        await Eventually.True(() => Waiting(silo) == 0, "The call was dropped.");
        _cluster.Gates.Open("gate");
        await running.Within();
        Assert.Equal(0, await note.Add(0).AsTask().Within());
    }

    [Fact]
    public async Task Work_whose_callers_are_gone_is_dropped()
    {
        var silo = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(silo);
        var note = client.Client.GetGrain<INote>("n");
        _ = note.Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();
        var waiting = Enumerable.Range(0, 100).Select(_ => note.Add(1).AsTask()).ToList();
        await Eventually.True(() => Waiting(silo) == 100, "The calls wait at the silo.");

        await client.StopAsync(CancellationToken.None).Within();

        await Eventually.True(() => Waiting(silo) == 0, "The calls were dropped.");
        foreach (var call in waiting)
        {
            await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Within());
        }

        _cluster.Gates.Open("gate");
        Assert.Equal(0, await silo.Host.GrainFactory.GetGrain<INote>("n").Add(0).AsTask().Within());
        Assert.Equal(0, silo.Host.RemoteWaiting.Count);
    }

    private static async Task<bool> IsAnsweredAsync(INote note)
    {
        try
        {
            await note.Add(1);
            return true;
        }
        catch (SiloUnavailableException)
        {
            return false;
        }
    }

    private static int Waiting(EngineSilo silo) =>
        silo.Host.Activations().Where(info => info.GrainId.Type.ToString() == "note").Sum(info => info.Waiting);
}
