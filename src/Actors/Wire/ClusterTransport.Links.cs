using System.Collections.Concurrent;
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

    /// <summary>
    /// The links to all silos of the view but this one, by their ids: a dictionary's order differs from run to run.
    /// </summary>
    protected IEnumerable<PeerLink> Links => _links.Values.OrderBy(link => link.Silo.Id);

    /// <summary>Every connection that this side made, in the order they were made.</summary>
    private IEnumerable<Connection> Made => InOrder(_made.Keys);

    /// <summary>Who this process says it is.</summary>
    protected abstract Greeting Greeting { get; }

    /// <summary>Makes a connection.</summary>
    /// <param name="address">A host name or IP address.</param>
    /// <param name="port">The port.</param>
    /// <param name="expected">The silo that must answer; zero takes any.</param>
    internal async Task<Connection> ConnectAsync(string address, int port, long expected)
    {
        using var patience = new CancellationTokenSource(Connections.ConnectTimeout, Host.Time);
        Stream? plain = null;
        Stream? stream = null;
        try
        {
            plain = await Network.ConnectAsync(address, port, patience.Token);
            stream = await Tls.ConnectAsync(plain, patience.Token);
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
            await DisposeAsync(plain, stream);
            throw new TimeoutException($"{address}:{port} did not answer within {Connections.ConnectTimeout}.", e);
        }
        catch
        {
            await DisposeAsync(plain, stream);
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
            FindLink(connection.Peer.SiloId)?.Lost(reason);
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
        foreach (var connection in Made)
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
        foreach (var link in Links)
        {
            link.Close(reason);
        }
    }

    private void CloseMade(Exception reason)
    {
        foreach (var connection in Made)
        {
            connection.Close(reason);
        }
    }

    private void CloseOldLinks(ClusterView view)
    {
        foreach (var link in Links)
        {
            if (view.Find(link.Silo.Id) is null && _links.TryRemove(link.Silo.Id, out _))
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
        foreach (var link in Links)
        {
            link.Watch(now);
        }

        foreach (var connection in Made)
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

    private static async ValueTask DisposeAsync(Stream? plain, Stream? stream)
    {
        if (stream is not null)
        {
            await stream.DisposeAsync();
        }

        if (plain is not null)
        {
            await plain.DisposeAsync();
        }
    }
}
