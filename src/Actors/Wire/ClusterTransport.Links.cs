using System.Collections.Concurrent;
using System.Net.Sockets;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>
/// The links to all silos of the view. They are kept up even when nobody calls, so that a loss is noticed.
/// </summary>
internal abstract partial class ClusterTransport
{
    private readonly ConcurrentDictionary<long, PeerLink> _links = new();

    /// <summary>Every connection that this side made and that is not over, whether a link has it or not.</summary>
    private readonly ConcurrentDictionary<Connection, int> _made = new();
    private long _nextPing;

    /// <summary>The links to all silos of the view but this one.</summary>
    protected IEnumerable<PeerLink> Links => _links.Values;

    /// <summary>Who this process says it is.</summary>
    protected abstract Greeting Greeting { get; }

    /// <summary>Makes a connection.</summary>
    /// <param name="address">A host name or IP address.</param>
    /// <param name="port">The port.</param>
    /// <param name="expected">The silo that must answer; zero takes any.</param>
    internal async Task<Connection> ConnectAsync(string address, int port, long expected)
    {
        using var patience = new CancellationTokenSource(Connections.ConnectTimeout, Host.Time);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(address, port, patience.Token);
            stream = await Tls.ConnectAsync(new NetworkStream(socket, ownsSocket: true), patience.Token);
            var peer = await Handshake.GreetAsync(stream, Greeting, patience.Token);
            if (!peer.IsSilo || (expected != 0 && peer.SiloId != expected))
            {
                throw new HandshakeException(
                    $"At {address}:{port} is {peer}, and {(expected == 0 ? "no silo" : $"not the silo {expected}")}.");
            }

            var connection = new Connection(Host, this, stream, peer);
            _made.TryAdd(connection, 0);
            if (_ended is { } reason)
            {
                _made.TryRemove(connection, out _);
                throw new SiloUnavailableException("It is too late for a connection.", reason);
            }

            Opened(connection);
            connection.Start();
            Log.Connected(peer, address, port);
            return connection;
        }
        catch (OperationCanceledException e) when (patience.IsCancellationRequested)
        {
            await DisposeAsync(socket, stream);
            throw new TimeoutException($"{address}:{port} did not answer within {Connections.ConnectTimeout}.", e);
        }
        catch
        {
            await DisposeAsync(socket, stream);
            throw;
        }
    }

    void IConnectionOwner.Closed(Connection connection, Exception? reason)
    {
        if (!_made.TryRemove(connection, out _))
        {
            AcceptedClosed(connection, reason);
            return;
        }

        if (reason is null)
        {
            Log.Closed(connection.Peer);
        }
        else if (_ended is null)
        {
            Log.Lost(connection.Peer, reason);
            FindLink(connection.Peer.SiloId)?.Ensure();
        }
    }

    /// <summary>A connection that others made is over.</summary>
    protected virtual void AcceptedClosed(Connection connection, Exception? reason)
    {
    }

    /// <summary>
    /// This process did nothing for a while: it was paused, or starved. The silence of others is then its own.
    /// </summary>
    protected virtual void ExcuseAll(long now)
    {
        foreach (var connection in _made.Keys)
        {
            connection.Excuse(now);
        }
    }

    /// <summary>Says that a link cannot be made; not at every attempt.</summary>
    internal void Complain(SiloEntry silo, Exception reason)
    {
        if (_ended is null)
        {
            Log.CannotReach(silo.Name, silo.Host, silo.Port, reason.Message);
        }
    }

    /// <summary>A connection was made by this side, and nothing was sent yet.</summary>
    protected virtual void Opened(Connection connection)
    {
    }

    /// <summary>Makes the links those of the view.</summary>
    protected void LinkTo(ClusterView view)
    {
        foreach (var silo in view.Silos)
        {
            if (silo.Id != SiloId)
            {
                LinkTo(silo).Ensure();
            }
        }

        CloseOldLinks(view);
    }

    protected void CloseLinks(Exception reason)
    {
        foreach (var link in _links.Values)
        {
            link.Close(reason);
        }
    }

    private void CloseMade(Exception reason)
    {
        foreach (var connection in _made.Keys)
        {
            connection.Close(reason);
        }
    }

    private void CloseOldLinks(ClusterView view)
    {
        foreach (var (id, link) in _links)
        {
            if (view.Find(id) is null && _links.TryRemove(id, out _))
            {
                link.Close(new SiloUnavailableException($"The silo {link.Silo.Name} has left the cluster."));
            }
        }
    }

    protected PeerLink? FindLink(long siloId) => _links.GetValueOrDefault(siloId);

    protected PeerLink LinkTo(SiloEntry silo) => _links.TryGetValue(silo.Id, out var link)
        ? link
        : _links.GetOrAdd(
            silo.Id, static (_, made) => new PeerLink(made.Transport, made.Silo), (Transport: this, Silo: silo));

    private void WatchLinks(long now)
    {
        var ping = now >= _nextPing;
        if (ping)
        {
            _nextPing = now + Ticks(Connections.PingPeriod);
        }

        CloseOldLinks(View); // A call by an older view may just have made one.
        foreach (var link in _links.Values)
        {
            link.Watch(now);
        }

        foreach (var connection in _made.Keys)
        {
            Watch(connection, now, ping);
        }
    }

    /// <summary>Asks for a sign of life, and gives up a connection that has given none for too long.</summary>
    private void Watch(Connection connection, long now, bool ping)
    {
        connection.Sweep(now);
        if (connection.IsSilent(now, Ticks(Connections.LostAfter)))
        {
            connection.Close(new TimeoutException(
                $"{connection.Peer} gave no sign of life for {Connections.LostAfter}."));
        }
        else if (ping)
        {
            connection.SendPing();
        }
    }

    private static async ValueTask DisposeAsync(Socket socket, Stream? stream)
    {
        if (stream is not null)
        {
            await stream.DisposeAsync();
        }

        socket.Dispose();
    }
}
