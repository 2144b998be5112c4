using Sluice.Actors.Wire;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Who does not belong to the cluster gets nothing, and does it no harm.</summary>
public sealed class StrangerTests : IAsyncDisposable
{
    private readonly EngineCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData("other", 1, 1, "check Cluster:Id")]
    [InlineData("sluice", 9, 2, "upgrade in smaller steps")]
    public async Task A_greeting_that_does_not_fit_gets_no_byte(string cluster, int newest, int oldest, string reason)
    {
        var silo = await _cluster.StartSiloAsync("one");
        await using var stranger = await RawPeer.ConnectAsync(silo);

        await stranger.SendAsync(buffer => Frames.WritePayload(buffer, FrameKind.Hello, new Greeting
        {
            ClusterId = cluster, Newest = newest, Oldest = oldest, Name = "stranger",
        }));

        Assert.Equal(0, await stranger.CountToEndAsync());
        await Eventually.True(() => _cluster.Log.Has(reason), "The silo says why.");
        await LivesAsync(silo);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: silo\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0000\u0000")]
    [InlineData("")]
    public async Task What_is_no_greeting_gets_no_byte(string said)
    {
        var silo = await _cluster.StartSiloAsync(
            "one", options => options.Connections.ConnectTimeout = TimeSpan.FromMilliseconds(200));
        await using var stranger = await RawPeer.ConnectAsync(silo);

        await stranger.SendAsync([.. said.Select(character => (byte)character)]);

        Assert.Equal(0, await stranger.CountToEndAsync());
        await Eventually.True(() => _cluster.Log.Has("was turned away"), "The silo says so.");
        await LivesAsync(silo);
    }

    [Fact]
    public async Task A_client_of_another_cluster_hears_what_to_check()
    {
        var silo = await _cluster.StartSiloAsync("one");

        await _cluster.StartClientAsync(silo, options => options.ClusterId = "other", connected: false);

        await Eventually.True(
            () => _cluster.Log.Has("another Cluster:Id, protocol version or certificate"), "The client says why.");
        await LivesAsync(silo);
    }

    [Fact]
    public async Task A_peer_of_the_next_protocol_version_is_let_in()
    {
        var silo = await _cluster.StartSiloAsync("one");
        await using var next = await RawPeer.ConnectAsync(silo);

        var peer = await Handshake.GreetAsync(
            next.Stream, Handshake.GreetingOf("sluice", 0, "next") with { Newest = 2 }, CancellationToken.None)
            .Within();

        Assert.Equal(new Peer(silo.Entry.Id, "one", 1), peer);
        await next.ReadAsync(FrameKind.View);
    }

    [Fact]
    public async Task Strangers_that_say_nothing_keep_nobody_out()
    {
        var silo = await _cluster.StartSiloAsync("one");
        var strangers = new List<RawPeer>();
        for (var i = 0; i < 300; i++)
        {
            strangers.Add(await RawPeer.ConnectAsync(silo));
        }

        await LivesAsync(silo);

        foreach (var stranger in strangers)
        {
            await stranger.DisposeAsync();
        }
    }

    [Fact]
    public async Task Nobody_but_a_silo_talks_to_a_silo_about_itself()
    {
        var silo = await _cluster.StartSiloAsync("one");
        var note = silo.Host.GrainFactory.GetGrain<INote>("n");
        await note.Add(5);
        await using var client = await RawPeer.GreetAsync(silo);

        await client.SendAsync(buffer => RawCalls.TakeOver(buffer, silo.Entry.Id, "note", "n"));

        var failure = RawCalls.FailureOf(await client.ReadAsync(FrameKind.Failure));
        Assert.IsType<UnauthorizedAccessException>(failure);
        Assert.Equal(5, await note.Add(0));
    }

    [Fact]
    public async Task Nobody_but_a_silo_tells_of_silos_and_grains()
    {
        var silo = await _cluster.StartSiloAsync("one");
        await using var client = await RawPeer.GreetAsync(silo);

        await client.SendAsync(buffer =>
        {
            Frames.WritePayload(buffer, FrameKind.View, new ViewMessage { Version = 1_000, Silos = [] });
            Frames.WritePayload(buffer, FrameKind.Manifest, new GrainManifest { Entries = [new("a.b", "note")] });
            Frames.WriteEmpty(buffer, FrameKind.Ping);
        });

        await client.ReadAsync(FrameKind.Pong);
        Assert.True(silo.Host.IsConnected);
        Assert.Equal(1, silo.Host.View.Version);
    }

    private async Task LivesAsync(EngineSilo silo)
    {
        var client = await _cluster.StartClientAsync(silo);
        Assert.Equal(1, await client.Client.GetGrain<INote>("alive").Add(1).AsTask().Within());
    }
}
