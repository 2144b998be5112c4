using System.Net;
using System.Net.Sockets;
using Sluice.Actors.Codecs;
using Sluice.Actors.Wire;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Somebody who speaks to a silo byte by byte.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly TcpClient _tcp = new() { NoDelay = true };

    private RawPeer()
    {
    }

    internal NetworkStream Stream => _tcp.GetStream();

    internal static async Task<RawPeer> ConnectAsync(EngineSilo silo)
    {
        var peer = new RawPeer();
        await peer._tcp.ConnectAsync(IPAddress.Loopback, silo.Entry.Port).Within();
        return peer;
    }

    /// <summary>Connects, and is let in as a client, or as a silo.</summary>
    internal static async Task<RawPeer> GreetAsync(EngineSilo silo, long siloId = 0)
    {
        var peer = await ConnectAsync(silo);
        await Handshake.GreetAsync(peer.Stream, Handshake.GreetingOf("sluice", siloId, "raw"), CancellationToken.None)
            .Within();
        return peer;
    }

    internal Task SendAsync(params byte[] bytes) => Stream.WriteAsync(bytes).AsTask().Within();

    /// <summary>Sends what is written into a buffer.</summary>
    internal Task SendAsync(Action<WireBuffer> write)
    {
        using var buffer = new WireBuffer();
        write(buffer);
        return SendAsync(buffer.Array.AsSpan(0, buffer.Length).ToArray());
    }

    /// <summary>Reads frames until one of that kind comes, and gives its body.</summary>
    internal async Task<byte[]> ReadAsync(FrameKind kind)
    {
        while (true)
        {
            var prefix = new byte[Frames.LengthBytes];
            await Stream.ReadExactlyAsync(prefix).AsTask().Within();
            var frame = new byte[Frames.ReadLength(prefix)];
            await Stream.ReadExactlyAsync(frame).AsTask().Within();
            if (frame[0] == (byte)kind)
            {
                return frame[1..];
            }
        }
    }

    /// <summary>Bytes that come until the silo closes the connection.</summary>
    internal async Task<int> CountToEndAsync()
    {
        var bytes = new byte[4096];
        var count = 0;
        try
        {
            while (await Stream.ReadAsync(bytes).AsTask().Within() is var read and > 0)
            {
                count += read;
            }
        }
        catch (IOException)
        {
            // A reset is an end as well.
        }

        return count;
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }
}
