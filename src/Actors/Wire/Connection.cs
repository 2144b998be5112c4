using System.Diagnostics.CodeAnalysis;
using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Wire;

/// <summary>
/// One connection to a peer, after the handshake. Either side calls grains of the other over it. This file: its life.
/// What goes out is in Connection.Sending.cs, what comes in is in Connection.Receiving.cs.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Close is its end, from which others may still come.")]
internal sealed partial class Connection
{
    private static long _connections;

    private readonly ActorHost _host;
    private readonly IConnectionOwner _owner;
    private readonly ITurnScheduler _scheduler;
    private readonly Stream _stream;
    private readonly CancellationTokenSource _closing = new();
    private readonly PendingCalls _pending = new();
    private readonly ReceivedCalls _received = new();
    private volatile bool _closed;
    private volatile bool _draining;

    /// <summary>The tick at which the peer last gave a sign of life.</summary>
    private long _lastHeard;

    internal Connection(ActorHost host, IConnectionOwner owner, Stream stream, Peer peer)
    {
        _host = host;
        _owner = owner;
        _scheduler = owner.Scheduler;
        _stream = stream;
        Peer = peer;
        Number = Interlocked.Increment(ref _connections);
        _lastHeard = host.Clock.Now;
    }

    internal Peer Peer { get; }

    /// <summary>Counts connections in the order they were made, so that lists of them have an order.</summary>
    internal long Number { get; }

    internal bool IsClosed => _closed;

    /// <summary>Calls sent and not answered.</summary>
    internal int Pending => _pending.Count;

    /// <summary>
    /// The peer gave no sign of life for longer than that. What it said and nobody has looked at yet is no silence of
    /// its own.
    /// </summary>
    internal bool IsSilent(long now, long ticks) => !_taking && now - Volatile.Read(ref _lastHeard) > ticks;

    /// <summary>Nobody here could have heard the peer before that tick: its silence begins anew.</summary>
    internal void Excuse(long now) => Volatile.Write(ref _lastHeard, now);

    /// <summary>Begins to read.</summary>
    internal void Start() => _scheduler.Schedule(new ApartWork(ReadAsync));

    /// <summary>
    /// Sends no more calls, and ends when those that are open have been answered: the peer is leaving, and answers
    /// what it has, if only by saying where to go.
    /// </summary>
    internal void Drain()
    {
        lock (_sending)
        {
            _draining = true;
        }
    }

    /// <summary>Ends the connection: open calls are told at once, and what the peer asked for is dropped.</summary>
    internal void Close(Exception? reason)
    {
        lock (_sending)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        _closing.Cancel();
        _stream.Dispose();
        foreach (var call in _pending.TakeAll())
        {
            call.Fail(new SiloUnavailableException(
                $"The connection to {Peer} was lost while {call.Name} was on its way; whether it ran is not known.",
                reason));
        }

        foreach (var call in _received.TakeAll())
        {
            call.DropReceived();
        }

        _owner.Closed(this, reason);
    }

    /// <summary>Gives up the calls whose time is over; the peer is told, so that it need not run them.</summary>
    internal void Sweep(long now)
    {
        if (_draining && _pending.Count == 0)
        {
            Close(null);
            return;
        }

        foreach (var call in _pending.TakeExpired(now))
        {
            SendCancel(call.Correlation);
            call.Fail(new TimeoutException(
                $"{call.Name} gave no answer within {call.Method.Timeout ?? _host.Options.ResponseTimeout}: "
                + $"{Peer} has it, and whether it ran is not known."));
        }
    }

    /// <summary>Takes back a call that its caller gave up; false when its answer is on the way to the caller.</summary>
    internal bool TryAbandon(GrainCall call)
    {
        var correlation = call.Correlation;
        if (!_pending.TryTake(call))
        {
            return false;
        }

        SendCancel(correlation);
        return true;
    }
}
