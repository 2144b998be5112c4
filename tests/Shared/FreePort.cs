using System.Net;
using System.Net.Sockets;

namespace Sluice.Testing;

/// <summary>
/// Ports of the loopback for servers that a test starts with a port of its choice. They lie below those that the kernel
/// gives to outgoing connections and to who asks for any: such a one may be taken before its server listens.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;

    // Programs that run beside each other begin at different places.
    private static int _last = Environment.ProcessId * 97 % Count;

    /// <summary>A port that nobody listens at, and that this process has not given out for long.</summary>
    public static int Next()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"Every port from {First} to {First + Count - 1} is taken.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException e)
            when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
