using System.Net;
using System.Net.Sockets;

namespace Sluice.Conformance.Engines;

/// <summary>The way to a silo, which a test can cut: what was open is lost, and nothing opens any more.</summary>
internal sealed class Line : IDisposable
{
    /// <summary>
    /// Below the ports that systems give to whoever asks for any, so that nobody takes one meanwhile.
    /// </summary>
    private const int FirstPort = 21_000;
    private const int Ports = 10_000;

    private static int _nextPort = Environment.ProcessId * 64;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _cut = new();
    private readonly int _to;

    internal Line(int to)
    {
        _to = to;
        Gone = _cut.Token;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    /// <summary>Where it begins, on the loopback.</summary>
    internal int Port { get; }

    /// <summary>Is cancelled by the cut.</summary>
    internal CancellationToken Gone { get; }

    internal static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (Interlocked.Increment(ref _nextPort) % Ports);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                // Somebody has it: the next one.
            }
        }
    }

    internal void Cut()
    {
        _cut.Cancel();
        _listener.Stop();
    }

    public void Dispose()
    {
        Cut();
        _listener.Dispose();
        _cut.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = CarryAsync(await _listener.AcceptSocketAsync(Gone));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return; // It was cut.
            }
        }
    }

    private async Task CarryAsync(Socket near)
    {
        using var nearEnd = near;
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            near.NoDelay = far.NoDelay = true;
            await far.ConnectAsync(IPAddress.Loopback, _to, Gone);
            await Task.WhenAll(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // One end is gone: the other sees it when both are closed here.
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[32 << 10];
        while (await from.ReceiveAsync(buffer, Gone) is var count and > 0)
        {
            for (var sent = 0; sent < count;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), Gone);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
