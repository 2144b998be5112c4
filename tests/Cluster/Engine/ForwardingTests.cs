using Sluice.Actors.Hosting;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>A client that is cut off from one silo only, while the silos reach each other.</summary>
public sealed class ForwardingTests : IAsyncLifetime
{
    private readonly EngineCluster _cluster = new();
    private readonly PartialNetwork _network = new();
    private EngineSilo _one = null!;
    private EngineSilo _two = null!;
    private ActorHost _client = null!;
    private INote _note = null!;

    public async ValueTask InitializeAsync()
    {
        _one = await _cluster.StartSiloAsync("one");
        _two = await _cluster.StartSiloAsync("two");
        await Eventually.True(() => _one.Host.View.Silos.Length == 2, "The first silo sees the second.");
        _client = await _cluster.StartClientAsync(_one, network: _network);
        await Eventually.True(() => _client.View.Silos.Length == 2, "The client sees both silos.");
        _note = _client.Client.GetGrain<INote>(_two.NoteKey());
        Assert.Equal(1, await _note.Add(1).AsTask().Within());
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Its_calls_reach_the_grain_where_it_is_by_another_silo()
    {
        _network.Cut(_two.Entry.Port);
        await AnsweredAsync();

        Assert.Equal(3, await _note.Add(2).AsTask().Within()); // The same activation: nobody took the grain away.
        var letter = new Letter { From = "client", Pages = ["a", "b"] };
        Assert.Equal(letter.Pages, (await _note.Echo(letter).Within()).Pages);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _note.Fail("no").Within());
        Assert.Equal("no", failure.Message);
        await _note.Tell("word");
        await Eventually.True(async () => await _note.Heard() == "word", "The one-way call has come.");
    }

    [Fact]
    public async Task What_its_caller_set_goes_along_and_giving_up_reaches_the_grain()
    {
        _network.Cut(_two.Entry.Port);
        await AnsweredAsync();

        RequestContext.Set("tenant", "acme");
        Assert.Equal("acme", await _note.Context("tenant").Within());
        using var giveUp = new CancellationTokenSource();
        var waiting = _note.Wait(giveUp.Token);
        await _cluster.Gates.HasBegun(_two.NoteKey()).Within();
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
        await _cluster.Gates.WasCancelled(_two.NoteKey()).Within();
    }

    [Fact]
    public async Task It_goes_the_short_way_again_once_there_is_one()
    {
        _network.Cut(_two.Entry.Port);
        await AnsweredAsync();
        using var forwarded = new ForwardedCalls(_one.Host);

        Assert.Equal(1, await _note.Add(0).AsTask().Within());
        Assert.NotEqual(0, forwarded.Count);
        _network.Mend(_two.Entry.Port);

        await Eventually.True(
            async () =>
            {
                var before = forwarded.Count;
                await _note.Add(0);
                return forwarded.Count == before;
            },
            "Calls go directly.");
    }

    [Fact]
    public async Task A_silo_that_stops_while_the_client_is_cut_off_from_it_is_followed_by_the_other()
    {
        var began = TimeProvider.System.GetTimestamp();
        _network.Cut(_two.Entry.Port);
        await _two.Host.StopAsync(CancellationToken.None).Within();

        Assert.Equal(2, await CallAsync(1)); // It was handed over.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    /// <summary>A call that was on its way when the connection broke may fail; the next ones may not.</summary>
    private async Task AnsweredAsync() =>
        await Eventually.True(() => _client.WireLoad.Connections == 1, "The client knows that it is cut off.");

    private async Task<long> CallAsync(long amount)
    {
        try
        {
            return await _note.Add(amount).AsTask().Within();
        }
        catch (SiloUnavailableException)
        {
            return await _note.Add(amount).AsTask().Within();
        }
    }
}
