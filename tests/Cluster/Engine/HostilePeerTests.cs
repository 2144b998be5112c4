using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Sluice.Actors.Codecs;
using Sluice.Actors.Hosting;
using Sluice.Actors.Wire;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Peers that say anything at all. The silo, its memory and its other connections bear it.</summary>
public sealed class HostilePeerTests : IAsyncDisposable
{
    private const long MostGrowth = 64 << 20;

    private readonly EngineCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Noise_before_and_behind_a_greeting_harms_nobody(int seed)
    {
        var (silo, client) = await StartAsync();
        var random = new Random(seed);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; round < 60; round++)
        {
            await using var peer = await ConnectAsync(silo, greet: random.Next(3) > 0, asSilo: random.Next(2) == 0);
            var noise = new byte[random.Next(1, 2000)];
            random.NextBytes(noise);
            if (random.Next(2) == 0)
            {
                // Whole frames, so that their bodies are looked at.
                BinaryPrimitives.WriteInt32LittleEndian(noise.AsSpan(0, Math.Min(4, noise.Length)), noise.Length - 4);
                noise[^1] = (byte)random.Next(1, 14);
            }

            await SendAsync(peer, noise);
            Assert.Equal(round + 1, await client.Client.GetGrain<INote>("n").Add(1).AsTask().Within());
        }

        await HasGrownLittleAsync(before);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Good_frames_with_a_bad_byte_harm_nobody(int seed)
    {
        var (silo, client) = await StartAsync();
        var random = new Random(seed);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; round < 150; round++)
        {
            using var buffer = new WireBuffer();
            RawCalls.Method(buffer, 0, "test.INote", "Echo");
            RawCalls.Call(buffer, 0, "note", "fuzz", new ValueTuple<Letter>(
                new Letter { From = "f", Text = new string('t', random.Next(100)), Pages = ["1", "2"] }));
            Frames.WritePayload(buffer, FrameKind.View, ViewMessage.Of(silo.Host.View));
            Frames.WriteCorrelated(buffer, FrameKind.Cancel, RawCalls.Correlation);
            Frames.WriteCorrelated(buffer, FrameKind.Unreachable, silo.Entry.Id);
            var bytes = buffer.Array.AsSpan(0, buffer.Length).ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            await using var peer = await ConnectAsync(silo, greet: true, asSilo: false);
            await SendAsync(peer, bytes);
            Assert.Equal(round + 1, await client.Client.GetGrain<INote>("n").Add(1).AsTask().Within());
        }

        await HasGrownLittleAsync(before);
    }

    [Fact]
    public async Task A_length_of_4_GB_ends_the_connection_and_takes_no_memory()
    {
        var (silo, _) = await StartAsync();
        await using var peer = await RawPeer.GreetAsync(silo);
        await peer.ReadAsync(FrameKind.View);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await peer.SendAsync(0xFF, 0xFF, 0xFF, 0xFF, 4);

        Assert.Equal(0, await peer.CountToEndAsync());
        await HasGrownLittleAsync(before);
        await Eventually.True(() => _cluster.Log.Has("A frame of 4294967295 bytes"), "The silo says why.");
    }

    [Fact]
    public async Task Names_of_methods_without_end_take_no_memory()
    {
        var (silo, _) = await StartAsync();
        await using var peer = await RawPeer.GreetAsync(silo);
        await peer.ReadAsync(FrameKind.View);

        await peer.SendAsync(buffer => RawCalls.Method(buffer, 0, new string('x', 1_000_000), "m"));

        Assert.Equal(0, await peer.CountToEndAsync());
    }

    [Fact]
    public async Task A_peer_that_never_reads_is_cut_off_and_others_go_on()
    {
        var (silo, client) = await StartAsync();
        await using var peer = await RawPeer.GreetAsync(silo);
        var letter = new ValueTuple<Letter>(new Letter { From = "f", Text = new string('t', 1 << 20) });
        await peer.SendAsync(buffer => RawCalls.Method(buffer, 0, "test.INote", "Echo"));

        var failure = await Record.ExceptionAsync(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                await peer.SendAsync(buffer => RawCalls.Call(buffer, 0, "note", "n", letter, RawCalls.Correlation + i));
            }
        });

        Assert.IsAssignableFrom<IOException>(failure);
        await Eventually.True(() => _cluster.Log.Has("does not read"), "The silo says why.");
        Assert.Equal(1, await client.Client.GetGrain<INote>("m").Add(1).AsTask().Within());
    }

    [Fact]
    public async Task A_silo_that_talks_nonsense_to_a_client_loses_its_connection_and_nothing_else()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var silo = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(
            silo, options => options.Seeds.Insert(0, $"{listener.LocalEndpoint}"), connected: false);
        for (var seed = 0; seed < 2; seed++)
        {
            using var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken)
                .AsTask().Within();
            await Handshake.WelcomeAsync(
                accepted.GetStream(), Handshake.GreetingOf("sluice", 77, "false"),
                new ClusterTls(new ClusterTlsOptions(), new WireLog(_cluster.Log)), CancellationToken.None).Within();
            var noise = new byte[400];
            new Random(seed).NextBytes(noise);
            await accepted.GetStream().WriteAsync(noise, TestContext.Current.CancellationToken);
        }

        listener.Stop();
        await Eventually.True(() => client.IsConnected, "The client finds the real silo.");
        Assert.Equal(1, await client.Client.GetGrain<INote>("n").Add(1).AsTask().Within());
    }

    private async Task<(EngineSilo Silo, ActorHost Client)> StartAsync()
    {
        var silo = await _cluster.StartSiloAsync("one");
        return (silo, await _cluster.StartClientAsync(silo));
    }

    private static Task<RawPeer> ConnectAsync(EngineSilo silo, bool greet, bool asSilo) =>
        greet ? RawPeer.GreetAsync(silo, asSilo ? 999 : 0) : RawPeer.ConnectAsync(silo);

    private static async Task SendAsync(RawPeer peer, byte[] bytes)
    {
        try
        {
            await peer.SendAsync(bytes);
        }
        catch (IOException)
        {
            // It was turned away in the middle.
        }
    }

    /// <summary>Connections that are over may take a moment to be forgotten.</summary>
    private static Task HasGrownLittleAsync(long before) => Eventually.True(
        () => GC.GetTotalMemory(forceFullCollection: true) < before + MostGrowth, "The memory is about what it was.");
}
