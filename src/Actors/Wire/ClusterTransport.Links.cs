using System.Collections.Concurrent;
using System.Net.Sockets;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>The links to all silos of the view. They are kept up even when nobody calls, so that a loss is noticed.</summary>
internal abstract partial class ClusterTransport
{
    private readonly ConcurrentDictionary<long, PeerLink> _links = new();
    private readonly ConcurrentDictionary<Connection, int> _draining = new();
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
            if (expected != 0 && peer.SiloId != expected)
            {
                throw new HandshakeException(
                    $"At {address}:{port} is {peer} and no longer the silo {expected}.");
            }

            var connection = new Connection(Host, this, stream, peer);
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

    /// <summary>Asks for a sign of life, and gives up a connection that has given none for too long.</summary>
    internal void Watch(Connection connection, long now, bool ping)
    {
        connection.Sweep(now);
        if (now - connection.LastHeard > Ticks(Connections.LostAfter))
        {
            connection.Close(new TimeoutException(
                $"{connection.Peer} gave no sign of life for {Connections.LostAfter}."));
        }
        else if (ping)
        {
            connection.SendPing();
        }
    }

    /// <summary>The silo is in no view any more: what it has still to answer is waited for while it lives.</summary>
    internal void Drain(Connection connection)
    {
        connection.Drain();
        _draining.TryAdd(connection, 0);
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

        foreach (var link in _links.Values.Where(link => view.Find(link.Silo.Id) is null))
        {
            if (_links.TryRemove(link.Silo.Id, out _))
            {
                link.Close(new SiloUnavailableException($"The silo {link.Silo.Name} has left the cluster."));
            }
        }
    }

    protected void CloseLinks(Exception reason)
    {
        foreach (var link in _links.Values)
        {
            link.Close(reason);
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

        foreach (var link in _links.Values)
        {
            link.Watch(now, ping);
        }

        foreach (var connection in _draining.Keys)
        {
            Watch(connection, now, ping);
            if (connection.IsClosed)
            {
                _draining.TryRemove(connection, out _);
            }
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
