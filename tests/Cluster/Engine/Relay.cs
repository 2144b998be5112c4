using System.Net;
using System.Net.Sockets;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>A stretch of network before a silo, which a test cuts, or holds up.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _open = [];
    private readonly Lock _lock = new();
    private readonly List<Task> _work = [];
    private TaskCompletionSource _flow = new();
    private int _target;
    private bool _refuses;

    internal Relay()
    {
        _flow.SetResult();
        _listener.Start();
        Run(AcceptAsync);
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes that went through, both ways together.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Leads to that port from now on.</summary>
    internal void LeadTo(int port) => _target = port;

    /// <summary>Puts the relay before a silo that is about to start.</summary>
    internal void Before(Sluice.Actors.Hosting.ClusterOptions silo)
    {
        _target = FreePort();
        silo.Port = _target;
        silo.AdvertisedPort = Port;
    }

    /// <summary>Nothing passes any more, and nobody is told.</summary>
    internal void Hold() => _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void GoOn() => _flow.TrySetResult();

    /// <summary>Every connection breaks; new ones are refused until <see cref="Mend"/>.</summary>
    internal void Cut(bool forNow = false)
    {
        lock (_lock)
        {
            _refuses = !forNow;
            _open.ForEach(socket => socket.Close(0)); // With a reset.
            _open.Clear();
        }
    }

    internal void Mend() => _refuses = false;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        GoOn();
        Cut();
        Task[] work;
        lock (_lock)
        {
            work = [.. _work];
        }

        await Task.WhenAll(work).Within();
        _closing.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void Run(Func<Task> work)
    {
        lock (_lock)
        {
            _work.Add(Task.Run(work));
        }
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var from = await _listener.AcceptSocketAsync(_closing.Token);
                var to = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                from.NoDelay = true;
                lock (_lock)
                {
                    _open.AddRange([from, to]);
                }

                if (_refuses)
                {
                    Cut();
                    continue;
                }

                await to.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
                Run(() => PassAsync(from, to));
                Run(() => PassAsync(to, from));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The silo is not there, or the test is over.
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var bytes = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(bytes) is var count and > 0)
            {
                await _flow.Task;
                Bytes += count;
                await to.SendAsync(bytes.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }

        from.Close();
        to.Close();
    }
}
