using System.Net;
using System.Net.Sockets;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Wire;

/// <summary>Takes connections of other processes, and lets in who belongs to the cluster.</summary>
internal sealed class SiloListener(ClusterOptions options, ClusterTls tls, WireLog log, TimeProvider time)
    : IDisposable
{
    /// <summary>Connections that may be in their handshake at once: strangers must not use up the process.</summary>
    private const int MostGreeting = 256;

    private readonly CancellationTokenSource _stopping = new();
    private Socket? _socket;
    private int _greeting;

    /// <summary>The port it listens on.</summary>
    internal int Port => ((IPEndPoint)_socket!.LocalEndPoint!).Port;

    /// <summary>Binds, so that the port is known; nobody is let in yet.</summary>
    /// <exception cref="ActorConfigurationException">The address cannot be listened on.</exception>
    internal void Bind()
    {
        try
        {
            var address = IPAddress.Parse(options.ListenAddress);
            _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _socket.Bind(new IPEndPoint(address, options.Port));
            _socket.Listen();
        }
        catch (Exception e) when (e is SocketException or FormatException)
        {
            throw new ActorConfigurationException(
                [$"The cluster port {options.ListenAddress}:{options.Port} cannot be listened on: {e.Message}"]);
        }

        log.Listening(_socket.LocalEndPoint!.ToString()!);
    }

    /// <summary>Begins to let peers in.</summary>
    /// <param name="greeting">Who this silo says it is.</param>
    /// <param name="accepted">Takes what was let in. A stream that it throws at is closed.</param>
    internal void Start(Func<Greeting> greeting, Action<Stream, Peer> accepted)
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => AcceptAsync(greeting, accepted));
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _socket?.Dispose();
    }

    private async Task AcceptAsync(Func<Greeting> greeting, Action<Stream, Peer> accepted)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _socket!.AcceptAsync(_stopping.Token);
                if (Interlocked.Increment(ref _greeting) > MostGreeting)
                {
                    Interlocked.Decrement(ref _greeting);
                    socket.Dispose();
                    continue;
                }

                _ = GreetAsync(socket, greeting, accepted);
            }
            catch (Exception e) when (!_stopping.IsCancellationRequested)
            {
                log.ListenerFailed(e); // Out of file handles, say: who is connected stays connected.
                await Task.Delay(options.Connections.RetryAfter, time, CancellationToken.None);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return; // The listener stops.
            }
        }
    }

    private async Task GreetAsync(Socket socket, Func<Greeting> greeting, Action<Stream, Peer> accepted)
    {
        Stream? stream = null;
        var address = "an unknown address";
        try
        {
            address = socket.RemoteEndPoint?.ToString() ?? address;
            socket.NoDelay = true;
            using var patience = new CancellationTokenSource(options.Connections.ConnectTimeout, time);
            stream = new NetworkStream(socket, ownsSocket: true);
            stream = await tls.AcceptAsync(stream, patience.Token);
            var peer = await Handshake.WelcomeAsync(stream, greeting(), tls, patience.Token);
            accepted(stream, peer);
        }
        catch (Exception e)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            socket.Dispose();
            log.TurnedAway(
                address, e is OperationCanceledException ? "it did not introduce itself in time." : e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _greeting);
        }
    }
}
