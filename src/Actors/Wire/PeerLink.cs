using Sluice.Actors.Calls;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>
/// The way to one silo: at most one connection, made when there is none, and watched. While one is being made, calls
/// wait for it; when that fails, they fail at once.
/// </summary>
internal sealed class PeerLink(ClusterTransport transport, SiloEntry silo)
{
    private const int MostWaiting = 4096;

    private readonly Lock _lock = new();
    private readonly List<GrainCall> _waiting = [];
    private volatile Connection? _connection;
    private Exception? _failure;
    private long _notBefore;
    private bool _connecting;
    private bool _closed;

    internal SiloEntry Silo => silo;

    /// <summary>The live connection; null when there is none.</summary>
    internal Connection? Connection => _connection is { IsClosed: false } connection ? connection : null;

    internal void Send(GrainCall call)
    {
        if (_connection is { } connection && connection.TrySend(call))
        {
            return;
        }

        Exception? refusal = null;
        lock (_lock)
        {
            if (_closed)
            {
                refusal = new SiloUnavailableException($"The silo {silo.Name} has left the cluster; {call.Name} "
                    + "was not sent.");
            }
            else if (Connection is null && transport.Now < _notBefore)
            {
                refusal = Unreachable(call);
            }
            else if (_waiting.Count >= MostWaiting)
            {
                refusal = new LimitExceededException(
                    $"calls waiting for a connection to {silo.Name}", MostWaiting, MostWaiting, null);
            }
            else
            {
                _waiting.Add(call);
            }
        }

        if (refusal is not null)
        {
            call.Fail(refusal);
            return;
        }

        Ensure();
    }

    /// <summary>Begins to connect, unless there is a connection, or it is too early.</summary>
    internal void Ensure()
    {
        Connection? connection;
        lock (_lock)
        {
            connection = Connection;
            if (connection is null)
            {
                if (_connecting || _closed || transport.Now < _notBefore)
                {
                    return;
                }

                _connecting = true;
            }
        }

        if (connection is not null)
        {
            SendWaiting(connection);
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(ConnectAsync);
        }
    }

    /// <summary>Looks again whether the silo can be reached: somebody says that it cannot.</summary>
    internal void Probe()
    {
        if (Connection is { } connection)
        {
            connection.SendPing();
        }
        else
        {
            Ensure();
        }
    }

    /// <summary>Takes a connection that was made elsewhere; false when there is one already.</summary>
    internal bool TryUse(Connection connection)
    {
        lock (_lock)
        {
            if (Connection is not null || _closed)
            {
                return false;
            }

            _connection = connection;
            _failure = null;
        }

        SendWaiting(connection);
        return true;
    }

    /// <summary>Asks for a sign of life, and gives up a connection that has given none for too long.</summary>
    internal void Watch(long now, bool ping)
    {
        if (Connection is not { } connection)
        {
            Expire(now);
            Ensure();
            return;
        }

        transport.Watch(connection, now, ping);
    }

    /// <summary>The silo is in the view no longer.</summary>
    internal void Close(Exception reason)
    {
        lock (_lock)
        {
            _closed = true;
            _failure = reason;
        }

        if (Connection is { } connection)
        {
            transport.Drain(connection);
        }

        FailWaiting();
    }

    private async Task ConnectAsync()
    {
        Connection? made = null;
        Exception? failure = null;
        try
        {
            made = await transport.ConnectAsync(silo.Host, silo.Port, silo.Id);
        }
        catch (Exception e)
        {
            failure = e;
        }

        lock (_lock)
        {
            _connecting = false;
            _failure = failure;
            if (made is not null && !_closed)
            {
                if (_connection is not null)
                {
                    transport.Reconnected();
                }

                _connection = made;
            }
            else
            {
                _notBefore = transport.Now + transport.Ticks(transport.Connections.RetryAfter);
            }
        }

        if (made is null)
        {
            FailWaiting();
            transport.CannotReach(silo, failure!);
        }
        else if (_closed)
        {
            made.Close(_failure);
        }
        else
        {
            SendWaiting(made);
        }
    }

    private void SendWaiting(Connection connection)
    {
        foreach (var call in TakeWaiting())
        {
            if (!connection.TrySend(call))
            {
                call.Fail(Unreachable(call));
            }
        }
    }

    private void FailWaiting()
    {
        foreach (var call in TakeWaiting())
        {
            call.Fail(Unreachable(call));
        }
    }

    private void Expire(long now)
    {
        List<GrainCall> expired;
        lock (_lock)
        {
            expired = _waiting.FindAll(call => call.Deadline <= now);
            _waiting.RemoveAll(call => call.Deadline <= now);
        }

        expired.ForEach(call => call.Fail(new TimeoutException($"{call.Name} was not sent in time to {silo.Name}.")));
    }

    private GrainCall[] TakeWaiting()
    {
        lock (_lock)
        {
            GrainCall[] taken = [.. _waiting];
            _waiting.Clear();
            return taken;
        }
    }

    private SiloUnavailableException Unreachable(GrainCall call) => new(
        $"The silo {silo.Name} at {silo.Host}:{silo.Port} cannot be reached; {call.Name} was not sent.", _failure);
}
