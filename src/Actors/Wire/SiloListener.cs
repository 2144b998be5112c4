using System.Net.Sockets;
using Sluice.Actors.Hosting;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Wire;

/// <summary>Takes connections of other processes, and lets in who belongs to the cluster.</summary>
internal sealed class SiloListener(
    ClusterOptions options, ClusterTls tls, WireLog log, TimeProvider time, IClusterNetwork network) : IDisposable
{
    /// <summary>Connections that may be in their handshake at once: strangers must not use up the process.</summary>
    private const int MostGreeting = 256;

    private readonly CancellationTokenSource _stopping = new();
    private IClusterListener? _listener;
    private int _greeting;

    /// <summary>The port it listens on.</summary>
    internal int Port => _listener!.Port;

    /// <summary>Binds, so that the port is known; nobody is let in yet.</summary>
    /// <exception cref="ActorConfigurationException">The address cannot be listened on.</exception>
    internal void Bind()
    {
        _listener = network.Listen(options.ListenAddress, options.Port);
        log.Listening(_listener.EndPoint);
    }

    /// <summary>Begins to let peers in.</summary>
    /// <param name="scheduler">Where it listens.</param>
    /// <param name="greeting">Who this silo says it is.</param>
    /// <param name="accepted">Takes what was let in. A stream that it throws at is closed.</param>
    internal void Start(ITurnScheduler scheduler, Func<Greeting> greeting, Action<Stream, Peer> accepted) =>
        scheduler.Schedule(new ApartWork(() => AcceptAsync(greeting, accepted)));

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _listener?.Dispose();
    }

    private async Task AcceptAsync(Func<Greeting> greeting, Action<Stream, Peer> accepted)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var caller = await _listener!.AcceptAsync(_stopping.Token);
                if (Interlocked.Increment(ref _greeting) > MostGreeting)
                {
                    Interlocked.Decrement(ref _greeting);
                    await caller.Stream.DisposeAsync();
                    continue;
                }

                _ = GreetAsync(caller, greeting, accepted);
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

    private async Task GreetAsync(Caller caller, Func<Greeting> greeting, Action<Stream, Peer> accepted)
    {
        var stream = caller.Stream;
        try
        {
            using var patience = new CancellationTokenSource(options.Connections.ConnectTimeout, time);
            stream = await tls.AcceptAsync(stream, patience.Token);
            var peer = await Handshake.WelcomeAsync(stream, greeting(), tls, patience.Token);
            accepted(stream, peer);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync();
            await caller.Stream.DisposeAsync();
            log.TurnedAway(
                caller.Address, e is OperationCanceledException ? "it did not introduce itself in time." : e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _greeting);
        }
    }
}
