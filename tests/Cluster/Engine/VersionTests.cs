using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Two versions of one contract in a cluster: what a rolling upgrade has for a while.</summary>
public sealed class VersionTests : IAsyncDisposable
{
    private readonly EngineCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_older_client_calls_a_newer_silo()
    {
        var silo = await _cluster.StartSiloAsync("new");
        var client = await _cluster.StartClientAsync(silo);
        var desk = client.Client.GetGrain<Older.IDesk>("d");

        var form = await desk.Sign(new Older.Form { Text = "a", Signatures = 1 }).Within();

        Assert.Equal(new Older.Form { Text = "a", Signatures = 2 }, form);
        await desk.Tell("x").Within(); // One-way for this side only.
        Assert.Equal("x", await desk.Heard().Within());
    }

    [Fact]
    public async Task A_newer_client_calls_an_older_silo()
    {
        var silo = await _cluster.StartSiloAsync("old", isOlder: true);
        var client = await _cluster.StartClientAsync(silo);
        var desk = client.Client.GetGrain<Newer.IDesk>("d");

        var form = await desk.Sign(new Newer.Form { Text = "a", Pen = "red" }, "blue").Within();

        Assert.Equal(new Newer.Form { Text = "a", Signatures = 1 }, form);
        await desk.Tell("x").Within(); // This side waits for it, and gets its answer.
        Assert.Equal("x", await desk.Heard().Within());
    }

    [Fact]
    public async Task A_method_that_the_silo_does_not_have_is_refused_by_name_and_harms_nothing()
    {
        var silo = await _cluster.StartSiloAsync("old", isOlder: true);
        var client = await _cluster.StartClientAsync(silo);
        var desk = client.Client.GetGrain<Newer.IDesk>("d");

        for (var i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<NotSupportedException>(() => desk.Stamp("red").Within());
            Assert.Contains($"silo {silo.Entry.Id} (old) does not know test.IDesk.Stamp", failure.Message,
                StringComparison.Ordinal);
        }

        Assert.Equal("", await desk.Heard().Within());
        Assert.False(_cluster.Log.Has("was lost"));
    }

    [Fact]
    public async Task Silos_of_both_versions_call_each_other_and_a_new_type_lives_where_it_is_known()
    {
        var old = await _cluster.StartSiloAsync("old", isOlder: true);
        var @new = await _cluster.StartSiloAsync("new");
        await Eventually.True(() => old.Host.Silos.Count == 2, "The older silo knows the newer.");
        var client = await _cluster.StartClientAsync(old);
        await Eventually.True(() => client.Silos.Count == 2, "The client knows both.");
        await Eventually.True(() => Knows(client), "The client has heard of shelves.");

        for (var i = 0; i < 20; i++)
        {
            var key = $"d{i}";
            var fromOld = await old.Host.GrainFactory.GetGrain<Older.IDesk>(key)
                .Sign(new Older.Form { Text = key }).Within();
            var fromNew = await @new.Host.GrainFactory.GetGrain<Newer.IDesk>(key)
                .Sign(new Newer.Form { Text = key }, null).Within();
            Assert.Equal((1, 1), (fromOld.Signatures, fromNew.Signatures));
            Assert.Equal(
                1, await client.Client.GetGrain<Newer.IShelf>(key).Put(new Newer.Form { Text = key }).Within());
        }

        Assert.DoesNotContain(old.Host.Activations(), info => info.GrainId.Type.ToString() == "shelf");
        Assert.Contains(old.Host.Activations(), info => info.GrainClass == typeof(Older.DeskGrain));
        Assert.Contains(@new.Host.Activations(), info => info.GrainClass == typeof(Newer.DeskGrain));
    }

    [Fact]
    public async Task A_type_whose_last_silo_leaves_is_refused_at_once()
    {
        var old = await _cluster.StartSiloAsync("old", isOlder: true);
        var @new = await _cluster.StartSiloAsync("new");
        var client = await _cluster.StartClientAsync(@new);
        await Eventually.True(() => client.Silos.Count == 2, "The client knows both.");
        var shelf = client.Client.GetGrain<Newer.IShelf>("s");
        await shelf.Put(new Newer.Form { Text = "a" }).Within();

        await @new.Host.StopAsync(CancellationToken.None).Within();
        await Eventually.True(() => client.Silos.Count == 1, "The client knows.");

        var failure = await Assert.ThrowsAsync<SiloUnavailableException>(
            () => shelf.Put(new Newer.Form { Text = "a" }).Within());
        Assert.Contains("None of the 1 silos takes grains of type shelf", failure.Message, StringComparison.Ordinal);
        Assert.True(old.Host.IsConnected);
    }

    private static bool Knows(Sluice.Actors.Hosting.ActorHost client)
    {
        try
        {
            client.Client.GetGrain<Newer.IShelf>("s");
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
