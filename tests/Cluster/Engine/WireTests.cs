using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Calls between processes, here between hosts of one process over real connections.</summary>
public sealed class WireTests : IAsyncDisposable
{
    private readonly EngineCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_client_calls_grains_on_every_silo()
    {
        var silos = new[]
        {
            await _cluster.StartSiloAsync("one"), await _cluster.StartSiloAsync("two"),
            await _cluster.StartSiloAsync("three"),
        };
        var client = await _cluster.StartClientAsync(silos[0]);
        await Eventually.True(() => client.Silos.Count == 3, "The client knows three silos.");
        var letter = new Letter { From = "a", Text = "ü", Number = -5, Pages = ["1", "2"] };

        for (var i = 0; i < 60; i++)
        {
            var note = client.Client.GetGrain<INote>($"n{i}");
            Assert.Equal(i, await note.Add(i).AsTask().Within());
            var echo = await note.Echo(letter).Within();
            Assert.Equal((letter.From, letter.Text, letter.Number), (echo.From, echo.Text, echo.Number));
            Assert.Equal(letter.Pages, echo.Pages);
        }

        foreach (var silo in silos)
        {
            Assert.InRange(silo.Host.Activations().Count, 5, 60);
        }

        Assert.Equal(
            60, silos.Sum(silo => silo.Host.Activations().Count(info => info.GrainId.Type.ToString() == "note")));
    }

    [Fact]
    public async Task A_failure_comes_back_as_what_it_is()
    {
        var silo = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(silo);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.Client.GetGrain<INote>("n").Fail("because").Within());

        Assert.Equal("because", failure.Message);
        Assert.Contains("NoteGrain.Fail", failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_seen_by_the_grain()
    {
        var silo = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(silo);
        using var giveUp = new CancellationTokenSource();

        var call = client.Client.GetGrain<INote>("n").Wait(giveUp.Token);
        await _cluster.Gates.HasBegun("n").Within();
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Within());
        await _cluster.Gates.WasCancelled("n").Within();
    }

    [Fact]
    public async Task A_one_way_call_arrives()
    {
        var silo = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(silo);
        var note = client.Client.GetGrain<INote>("n");

        await note.Tell("a");
        await note.Tell("b");

        Assert.Equal("ab", await note.Heard().AsTask().Within());
    }

    [Fact]
    public async Task The_callers_context_travels()
    {
        var silo = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(silo);
        RequestContext.Set("who", "me");

        Assert.Equal("me", await client.Client.GetGrain<INote>("n").Context("who").Within());
        RequestContext.Clear();
    }

    [Fact]
    public async Task Grains_call_grains_on_other_silos()
    {
        var one = await _cluster.StartSiloAsync("one");
        await _cluster.StartSiloAsync("two");
        var client = await _cluster.StartClientAsync(one);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(2, await client.Client.GetGrain<INote>($"a{i}").Ask($"b{i}", 2).Within());
        }
    }

    [Fact]
    public async Task A_silo_that_stops_hands_its_grains_over_and_loses_no_call()
    {
        var silos = new List<EngineSilo>
        {
            await _cluster.StartSiloAsync("one"), await _cluster.StartSiloAsync("two"),
        };
        var client = await _cluster.StartClientAsync(silos[0]);
        var stop = new CancellationTokenSource();
        var sums = new long[50];
        var callers = Enumerable.Range(0, sums.Length).Select(i => Task.Run(async () =>
        {
            var note = client.Client.GetGrain<INote>($"n{i}");
            while (!stop.IsCancellationRequested)
            {
                Assert.Equal(++sums[i], await note.Add(1));
            }
        })).ToArray();

        silos.Add(await _cluster.StartSiloAsync("three"));
        await silos[0].Host.StopAsync(CancellationToken.None).Within();
        silos.Add(await _cluster.StartSiloAsync("four"));
        await silos[1].Host.StopAsync(CancellationToken.None).Within();
        await stop.CancelAsync();
        await Task.WhenAll(callers).Within();

        Assert.All(sums, sum => Assert.True(sum > 0));
    }
}
