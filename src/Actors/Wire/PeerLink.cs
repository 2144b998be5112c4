using Sluice.Actors.Calls;
using Sluice.Actors.Membership;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Wire;

/// <summary>
/// The way to one silo: at most one connection, made when there is none, and watched. While the first one is being
/// made, calls wait for it. When that fails or the connection is lost, they go by another silo, or fail.
/// </summary>
internal sealed class PeerLink(ClusterTransport transport, SiloEntry silo)
{
    private const int MostWaiting = 4096;

    private static readonly TimeSpan ComplaintPeriod = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly List<GrainCall> _waiting = [];
    private volatile Connection? _connection;
    private Exception? _failure;
    private long _notBefore;
    private long _nextComplaint;
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

        // Not while the first connection is being made: a new silo is no reason for detours.
        if (Volatile.Read(ref _failure) is not null && transport.TrySendByOther(call, silo))
        {
            return;
        }

        bool isFull, waits;
        lock (_lock)
        {
            isFull = _waiting.Count >= MostWaiting;
            waits = !isFull && !_closed && (Connection is not null || transport.Now >= _notBefore);
            if (waits)
            {
                _waiting.Add(call);
            }
        }

        if (waits)
        {
            Ensure();
        }
        else if (isFull)
        {
            call.Fail(new LimitExceededException(
                $"calls waiting for a connection to {silo.Name}", MostWaiting, MostWaiting, null));
        }
        else
        {
            Refuse(call);
        }
    }

    /// <summary>The connection is over, and nobody here wanted that.</summary>
    internal void Lost(Exception reason)
    {
        lock (_lock)
        {
            _failure = Connection is null ? reason : _failure;
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

        transport.Scheduler.Schedule(new ApartWork(ConnectAsync));
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

    /// <summary>Connects when there is no connection, and gives up calls that have waited too long for it.</summary>
    internal void Watch(long now)
    {
        if (Connection is null)
        {
            Expire(now);
            Ensure();
        }
    }

    /// <summary>The silo is in the view no longer. What it has still to answer is waited for while it lives.</summary>
    internal void Close(Exception reason)
    {
        lock (_lock)
        {
            _closed = true;
            _failure = reason;
        }

        Connection?.Drain();
        RefuseWaiting();
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

        if (made is null)
        {
            Failed(failure!);
            return;
        }

        bool isUsed;
        var isAgain = false;
        lock (_lock)
        {
            _connecting = false;
            isUsed = (Connection is null && !_closed) || ReferenceEquals(_connection, made);
            if (isUsed)
            {
                isAgain = _connection is not null && !ReferenceEquals(_connection, made);
                _connection = made;
                _failure = null;
            }
        }

        if (isAgain)
        {
            transport.Reconnected();
        }

        if (isUsed)
        {
            SendWaiting(made);
        }
        else
        {
            made.Drain(); // Another came first, or the silo has left meanwhile.
        }
    }

    private void Failed(Exception failure)
    {
        bool complain;
        lock (_lock)
        {
            _connecting = false;
            _failure = failure;
            _notBefore = transport.Now + transport.Ticks(transport.Connections.RetryAfter);
            complain = transport.Now >= _nextComplaint && !_closed;
            _nextComplaint = complain ? transport.Now + transport.Ticks(ComplaintPeriod) : _nextComplaint;
        }

        RefuseWaiting();
        if (complain)
        {
            transport.Complain(silo, failure);
        }

        transport.CannotReach(silo);
    }

    private void SendWaiting(Connection connection)
    {
        foreach (var call in TakeWaiting())
        {
            if (!connection.TrySend(call))
            {
                Refuse(call);
            }
        }
    }

    private void RefuseWaiting()
    {
        foreach (var call in TakeWaiting())
        {
            Refuse(call);
        }
    }

    /// <summary>The call was not sent. When the silo has left, the call goes where the grain lives now.</summary>
    private void Refuse(GrainCall call)
    {
        if (_closed || transport.View.Find(silo.Id) is null)
        {
            transport.SendAgain(call, silo.Id);
        }
        else if (!transport.TrySendByOther(call, silo))
        {
            call.Fail(new SiloUnavailableException(
                $"The silo {silo.Name} at {silo.Host}:{silo.Port} cannot be reached; {call.Name} was not sent.",
                _failure));
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
}
