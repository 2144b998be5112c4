using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;
using Sluice.Actors.Wire;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Who learns what of the silos, and what becomes of grains and calls when they change.</summary>
public sealed class ViewTests : IAsyncDisposable
{
    private readonly EngineCluster _cluster = new();
    private readonly Relay _relay = new();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Fact]
    public async Task A_client_follows_who_joins_who_stops_and_who_dies()
    {
        var one = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(one);
        var two = await _cluster.StartSiloAsync("two");
        await SeesAsync(client, one, two);
        var three = await _cluster.StartSiloAsync("three", _relay.Before);
        await SeesAsync(client, one, two, three);

        await one.Host.StopAsync(CancellationToken.None).Within(); // The seed.
        await SeesAsync(client, two, three);
        _relay.Cut();
        await KillAsync(three);
        await SeesAsync(client, two);

        Assert.Equal(1, await client.Client.GetGrain<INote>("n").Add(1).AsTask().Within());
    }

    [Fact]
    public async Task Calls_to_a_silo_that_dies_fail_and_later_ones_go_to_the_next()
    {
        var one = await _cluster.StartSiloAsync("one");
        var two = await _cluster.StartSiloAsync("two", _relay.Before);
        var client = await _cluster.StartClientAsync(one);
        await SeesAsync(client, one, two);
        var note = client.Client.GetGrain<INote>(two.NoteKey());
        await note.Add(7);
        var running = note.Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();

        _relay.Cut();
        await KillAsync(two);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => running.Within());
        await SeesAsync(client, one);
        Assert.Equal(1, await note.Add(1).AsTask().Within());
        _cluster.Gates.Open("gate");
    }

    [Fact]
    public async Task A_silo_that_was_declared_dead_while_it_lives_gives_everything_up_once()
    {
        var one = await _cluster.StartSiloAsync("one");
        var two = await _cluster.StartSiloAsync("two");
        var evictions = new List<string>();
        two.Host.Evicted += reason =>
        {
            lock (evictions)
            {
                evictions.Add(reason);
            }
        };
        var client = await _cluster.StartClientAsync(two);
        await SeesAsync(client, one, two);
        var note = client.Client.GetGrain<INote>(two.NoteKey());
        await note.Add(7);
        var running = note.Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();

        await KillAsync(two);

        var failure = await Assert.ThrowsAsync<SiloUnavailableException>(() => running.Within());
        Assert.Contains("declared dead", failure.Message, StringComparison.Ordinal);
        await SeesAsync(client, one);
        Assert.Equal(1, await note.Add(1).AsTask().Within());
        await Eventually.True(() => !two.Host.IsConnected, "The dead silo knows.");
        await Eventually.True(
            () => two.Host.Activations().All(info => info.GrainId.Type.ToString() != "note"),
            "It has given up its grains.");
        Assert.Single(evictions);
        _cluster.Gates.Open("gate");
    }

    [Fact]
    public async Task A_silo_that_knows_more_says_where_a_grain_lives_and_does_not_run_the_call()
    {
        var one = await _cluster.StartSiloAsync("one");
        var two = await _cluster.StartSiloAsync("two");
        await Eventually.True(() => one.Host.Silos.Count == 2, "The first silo knows the second.");
        var key = two.NoteKey();
        await using var client = await RawPeer.GreetAsync(one);
        await client.ReadAsync(FrameKind.View);

        await client.SendAsync(buffer =>
        {
            RawCalls.Method(buffer, 0, "test.INote", "Add");
            RawCalls.Call(buffer, 0, "note", key, new ValueTuple<long>(5));
        });

        await client.ReadAsync(FrameKind.Moved);
        Assert.DoesNotContain(one.Host.Activations(), info => info.GrainId.Key.ToString() == key);
        Assert.Equal(0, await two.Host.GrainFactory.GetGrain<INote>(key).Add(0).AsTask().Within());
    }

    [Fact]
    public async Task A_one_way_call_that_comes_to_the_wrong_silo_is_sent_on()
    {
        var one = await _cluster.StartSiloAsync("one");
        var two = await _cluster.StartSiloAsync("two");
        await Eventually.True(() => one.Host.Silos.Count == 2, "The first silo knows the second.");
        var key = two.NoteKey();
        await using var client = await RawPeer.GreetAsync(one);

        await client.SendAsync(buffer =>
        {
            RawCalls.Method(buffer, 0, "test.INote", "Tell");
            RawCalls.Call(buffer, 0, "note", key, new ValueTuple<string>("psst"), correlation: 0);
        });

        var note = two.Host.GrainFactory.GetGrain<INote>(key);
        await Eventually.True(async () => await note.Heard() == "psst", "The word has arrived.");
    }

    [Fact]
    public async Task A_silo_that_came_back_at_the_same_address_is_another_one()
    {
        var one = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(one);
        var note = client.Client.GetGrain<INote>("n");
        await note.Add(3);
        _ = note.Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();

        // The old process is still there when the new one takes its place, as behind one service address.
        var two = await _cluster.StartSiloAsync("two", options =>
        {
            options.AdvertisedHost = one.Entry.Host;
            options.AdvertisedPort = one.Entry.Port;
        });
        Assert.NotEqual(one.Entry.Id, two.Entry.Id);

        await Eventually.True(
            () => _cluster.Log.Has($"and not the silo {two.Entry.Id}"),
            "Who answers there is not taken for the new one.");
        _cluster.Gates.Open("gate");
    }

    [Fact]
    public async Task A_client_without_a_silo_says_so_at_once_and_recovers_by_its_seeds()
    {
        var one = await _cluster.StartSiloAsync("one", _relay.Before);
        var client = await _cluster.StartClientAsync(one);
        var note = client.Client.GetGrain<INote>("n");
        await note.Add(1);

        await one.Host.StopAsync(CancellationToken.None).Within();
        await Eventually.True(() => client.Silos.Count == 0, "The client knows.");
        await Assert.ThrowsAsync<SiloUnavailableException>(() => note.Add(1).AsTask().Within());

        await _cluster.StartSiloAsync("two", options =>
        {
            _relay.Before(options);
            _relay.LeadTo(options.Port);
        });
        await Eventually.True(() => client.IsConnected, "The client finds the next silo by its seed.");
        Assert.Equal(1, await note.Add(1).AsTask().Within());
    }

    [Fact]
    public async Task A_process_that_stops_leaves_no_caller_waiting()
    {
        var silo = await _cluster.StartSiloAsync("one", _relay.Before);
        var client = await _cluster.StartClientAsync(silo);
        var note = client.Client.GetGrain<INote>("n");
        var running = note.Block("gate");
        await _cluster.Gates.HasBegun("gate").Within();

        await client.StopAsync(CancellationToken.None).Within();

        var failure = await Assert.ThrowsAsync<SiloUnavailableException>(() => running.Within());
        Assert.Contains("stopping", failure.ToString(), StringComparison.Ordinal);
        _cluster.Gates.Open("gate");
    }

    [Fact]
    public async Task Activations_that_a_change_passed_over_end_by_themselves()
    {
        var one = await _cluster.StartSiloAsync("one");
        var notes = Enumerable.Range(0, 200).Select(i => $"n{i}").ToList();
        foreach (var key in notes)
        {
            await one.Host.GrainFactory.GetGrain<INote>(key).Add(1);
        }

        var two = await _cluster.StartSiloAsync("two");

        await Eventually.True(
            () => notes.TrueForAll(key => Count(one, key) + Count(two, key) <= 1), "No grain lives twice.");
        await Eventually.True(
            () => one.Host.Activations().Where(info => info.GrainId.Type.ToString() == "note")
                .All(info => Placement.OwnerOf(info.GrainId, one.Host.View)!.Id == one.Entry.Id),
            "The first silo has only its own.");
        foreach (var key in notes)
        {
            Assert.Equal(2, await two.Host.GrainFactory.GetGrain<INote>(key).Add(1).AsTask().Within());
        }
    }

    private static int Count(EngineSilo silo, string key) =>
        silo.Host.Find(GrainId.Create("note", key)) is null ? 0 : 1;

    private Task<ClusterView> KillAsync(EngineSilo silo) =>
        _cluster.Table.SetStatusAsync(silo.Entry.Id, SiloStatus.Dead, CancellationToken.None);

    private static Task SeesAsync(ActorHost client, params EngineSilo[] silos) => Eventually.True(
        () => client.Silos.Where(silo => silo.Status == SiloStatus.Active).Select(silo => silo.Name).Order()
            .SequenceEqual(silos.Select(silo => silo.Name).Order()),
        $"The client sees {string.Join(", ", silos.Select(silo => silo.Name))}.");
}
