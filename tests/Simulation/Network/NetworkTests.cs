using Sluice.Actors.Wire;
using Sluice.Simulation.Kernel;
using Xunit;

namespace Sluice.Simulation.Network;

/// <summary>Guards what the simulated network promises, which is what TCP does.</summary>
public sealed class NetworkTests
{
    private readonly SimulatedWorld _world = new(new Random(3), new EventTrace(null));
    private readonly SimulatedNetwork _network;
    private readonly SimulatedProcess _near;
    private readonly SimulatedProcess _far;
    private readonly List<byte> _arrived = [];
    private Stream? _sending;
    private string? _ended;

    public NetworkTests()
    {
        _network = new SimulatedNetwork(_world) { Slowness = 1 };
        (_near, _far) = (_world.NewProcess("near", 0), _world.NewProcess("far", 0));
    }

    [Fact]
    public void What_is_sent_arrives_whole_and_in_order_and_then_the_end()
    {
        Connect();
        var sent = Enumerable.Range(0, 200).Select(i => (byte)i).ToArray();
        foreach (var piece in sent.Chunk(7))
        {
            _near.Begin(() => _sending!.WriteAsync(piece).AsTask());
            RunFor(TimeSpan.Zero);
        }

        _near.Call(_sending!.Dispose);
        RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(sent, _arrived);
        Assert.Equal("the end", _ended);
    }

    [Fact]
    public void What_is_sent_on_a_blocked_way_arrives_when_it_is_open_again()
    {
        Connect();
        _network.Block("a", "b");
        _near.Begin(() => _sending!.WriteAsync(new byte[] { 1, 2, 3 }).AsTask());

        RunFor(TimeSpan.FromSeconds(30));
        Assert.Empty(_arrived);
        _network.Unblock("a", "b");
        RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal([1, 2, 3], _arrived);
    }

    [Fact]
    public void A_connection_that_is_cut_fails_for_who_reads()
    {
        Connect();

        _network.Cut("b", "a");
        RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(nameof(IOException), _ended);
    }

    [Fact]
    public void Who_reads_from_a_process_that_is_gone_finds_the_end()
    {
        Connect();
        _near.Kill();
        _network.Gone(_near);

        RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal("the end", _ended);
    }

    [Fact]
    public void Nobody_can_be_reached_where_nobody_listens()
    {
        Exception? failure = null;
        _near.Begin(async () => failure = await Record.ExceptionAsync(
            () => _network.SeenFrom(_near, "a").ConnectAsync("b", 1, CancellationToken.None)));

        RunFor(TimeSpan.FromSeconds(1));

        Assert.IsType<System.Net.Sockets.SocketException>(failure);
    }

    private void Connect()
    {
        var listener = _network.SeenFrom(_far, "b").Listen("b", 1);
        _far.Begin(() => ReadAllAsync(listener));
        _near.Begin(async () =>
            _sending = await _network.SeenFrom(_near, "a").ConnectAsync("b", 1, CancellationToken.None));
        RunFor(TimeSpan.FromSeconds(1));
    }

    private async Task ReadAllAsync(IClusterListener listener)
    {
        var caller = await listener.AcceptAsync(CancellationToken.None);
        var buffer = new byte[16];
        try
        {
            while (await caller.Stream.ReadAsync(buffer) is > 0 and var count)
            {
                _arrived.AddRange(buffer[..count]);
            }

            _ended = "the end";
        }
        catch (IOException e)
        {
            _ended = e.GetType().Name;
        }
    }

    private void RunFor(TimeSpan length)
    {
        var until = _world.Now + length.Ticks;
        while (_world.Broken is null && _world.Step(until))
        {
        }

        Assert.Null(_world.Broken);
    }
}
