using Sluice.Actors.Calls;
using Sluice.Actors.Codecs;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;
using Sluice.Actors.Wire;
using Sluice.Testing;

namespace Sluice.Unit.Actors.Wire;

/// <summary>A world with one connection, whose other end the test holds. Calls to keys with an @ go over it.</summary>
internal sealed class Line : ICallTransport, IConnectionOwner, IAsyncDisposable
{
    private readonly List<(FrameKind Kind, byte[] Body)> _unread = [];
    private readonly MemoryStreams _far;
    private int _named;
    private bool _started;

    internal Line(long most = 1 << 30)
    {
        World = new World(new WorldOptions { Transport = this });
        (var near, _far) = MemoryStreams.Pair(most);
        Connection = new Connection(World.Host, this, near, new Peer(SiloId: 2, "far", Protocol: 1));
    }

    internal World World { get; }

    internal Connection Connection { get; }

    internal ClusterView View { get; set; } = ClusterView.Empty;

    internal List<GrainCall> MovedCalls { get; } = [];

    internal TaskCompletionSource<Exception?> Closed { get; } = new();

    public string Self => "silo 1 (near)";

    public ClusterView? ViewToTell => View;

    /// <summary>The connection reads and writes by itself; what it brings waits for the test.</summary>
    public ITurnScheduler Scheduler { get; } = new ThreadPoolTurnScheduler();

    /// <summary>Makes what was called, but was to be sent by the test, wait here.</summary>
    internal List<GrainCall>? HeldUp { get; set; }

    public bool TryTake(ITransportCall sent)
    {
        var call = (GrainCall)sent;
        if (!call.Target.Key.ToString().Contains('@', StringComparison.Ordinal))
        {
            return false;
        }

        if (HeldUp is { } held)
        {
            held.Add(call);
        }
        else if (!Connection.TrySend(call))
        {
            call.Fail(new SiloUnavailableException("The line is closed."));
        }

        return true;
    }

    public CallMethod? FindMethod(string interfaceName, string methodName) => World.Host.Model.Methods
        .FirstOrDefault(method => method.WireName == (interfaceName, methodName));

    public void Received(Connection connection, GrainCall call) => World.Host.Deliver(call);

    public void Moved(Connection connection, GrainCall call) => MovedCalls.Add(call);

    public void ViewCame(Connection connection, ClusterView view)
    {
    }

    public void ManifestCame(Connection connection, GrainManifest manifest)
    {
    }

    public void Unreachable(Connection connection, long siloId)
    {
    }

    void IConnectionOwner.Closed(Connection connection, Exception? reason) => Closed.TrySetResult(reason);

    /// <summary>The peer says what is written, and everything that follows from it happens.</summary>
    internal async Task SayAsync(Action<WireBuffer> write)
    {
        if (!_started)
        {
            _started = true;
            Connection.Start();
        }

        using var buffer = new WireBuffer();
        write(buffer);
        Frames.WriteEmpty(buffer, FrameKind.Ping);
        await _far.WriteAsync(buffer.Array.AsMemory(0, buffer.Length)).AsTask().Within();
        await ReadAsync(FrameKind.Pong);
        World.Settle();
    }

    /// <summary>The peer names the method, and calls it.</summary>
    internal Task CallAsync(long correlation, string method, string key, string step, ulong milliseconds = 0) =>
        SayAsync(buffer =>
        {
            Frames.WriteMethod(buffer, _named, FindMethod(typeof(IWorker).FullName!, method)!);
            WriteCall(buffer, correlation, _named++, key, step, milliseconds);
        });

    internal static void WriteCall(
        WireBuffer buffer, long correlation, int method, string key, string step, ulong milliseconds = 0)
    {
        var begun = buffer.Length;
        var writer = new WireWriter(buffer);
        writer.WriteFixed32(0);
        writer.WriteByte((byte)FrameKind.Call);
        writer.WriteVarint((ulong)correlation);
        writer.WriteByte(0);
        writer.WriteVarint((ulong)method);
        writer.WriteVarint(milliseconds);
        writer.WriteText("worker");
        writer.WriteText(key);
        CodecCatalog.Of<ValueTuple<string>>().Write(ref writer, new ValueTuple<string>(step));
        buffer.Array[begun] = (byte)(buffer.Length - begun - Frames.LengthBytes);
    }

    /// <summary>The next frame of that kind; others before it stay to be read.</summary>
    internal async Task<byte[]> ReadAsync(FrameKind kind)
    {
        var at = _unread.FindIndex(frame => frame.Kind == kind);
        while (at < 0)
        {
            _unread.Add(await ReadNextAsync());
            at = _unread[^1].Kind == kind ? _unread.Count - 1 : -1;
        }

        var body = _unread[at].Body;
        _unread.RemoveAt(at);
        return body;
    }

    /// <summary>The next frame.</summary>
    internal async Task<(FrameKind Kind, byte[] Body)> ReadAnyAsync()
    {
        if (_unread.Count == 0)
        {
            return await ReadNextAsync();
        }

        var first = _unread[0];
        _unread.RemoveAt(0);
        return first;
    }

    private async Task<(FrameKind Kind, byte[] Body)> ReadNextAsync()
    {
        var prefix = new byte[Frames.LengthBytes];
        await _far.ReadExactlyAsync(prefix).AsTask().Within();
        var frame = new byte[Frames.ReadLength(prefix)];
        await _far.ReadExactlyAsync(frame).AsTask().Within();
        return ((FrameKind)frame[0], frame[1..]);
    }

    internal static long CorrelationOf(byte[] body)
    {
        var reader = new WireReader(body);
        return Frames.ReadCorrelation(ref reader);
    }

    public async ValueTask DisposeAsync()
    {
        Connection.Close(null);
        await _far.DisposeAsync();
    }
}
