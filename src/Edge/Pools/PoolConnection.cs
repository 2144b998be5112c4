using System.Net.Sockets;
using Sluice.Edge.Calls;

namespace Sluice.Edge.Pools;

/// <summary>
/// A connection to a pool that knows which call it works for, and, when that call is given up, says when the pool has
/// really let go of it.
/// </summary>
/// <remarks>
/// Closing a socket tells nobody when the other side noticed: a slot freed then could be used before the pool has
/// stopped the old call, and the pool would run one call too many. So a connection that is closed in the middle of a
/// call says first that nothing more will be sent, and waits until the pool closes its side: servers do that when they
/// have dropped the request. A pool that does not is cut off after a while.
/// </remarks>
internal sealed class PoolConnection(Socket socket, TimeSpan closeTimeout, TimeProvider time)
    : NetworkStream(socket, ownsSocket: false), IPoolConnection
{
    private static readonly AsyncLocal<ModelCall?> Current = new();

    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private ModelCall? _call;
    private bool _disposed;

    /// <summary>Everything that is sent to a pool from here on, in this flow, is for this call.</summary>
    public static void BeginCall(ModelCall call) => Current.Value = call;

    /// <summary>The call that what is sent in this flow is for; null when it is for none.</summary>
    public static ModelCall? CurrentCall => Current.Value;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Current.Value is { } call)
        {
            _call = call;
            call.Dispatched = true; // From the first byte on, the pool may be at work.
            call.Connection = this;
        }

        return base.WriteAsync(buffer, cancellationToken);
    }

    /// <summary>
    /// The HTTP client ends a read it no longer wants by closing the stream; here that must end it too.
    /// </summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer, cancellationToken.CanBeCanceled ? cancellationToken : _closing.Token);

    /// <summary>
    /// The call's answer was read to its end: the connection is free for another call, and may be at work for one
    /// already, which then stays its own.
    /// </summary>
    public void EndCall(ModelCall call) => Interlocked.CompareExchange(ref _call, null, call);

    /// <summary>
    /// Ends the work for this call, and for no other: the answer may have come to its end meanwhile, and the connection
    /// have been given to another call. One that has not written yet by then writes over another connection.
    /// </summary>
    public void StopCall(ModelCall call)
    {
        if (ReferenceEquals(Volatile.Read(ref _call), call))
        {
            Dispose();
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            if (_disposed || !disposing)
            {
                return;
            }

            _disposed = true;
        }

        // First of all, because whoever reads or writes here learns of the end in what follows, and may complete the
        // call at once.
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = Volatile.Read(ref _call);
        if (call is not null)
        {
            call.PoolClosed = closed.Task;
        }

        base.Dispose(disposing); // Ends the use as a stream; the socket is not the stream's.
        _closing.Cancel();
        if (call is null)
        {
            Socket.Dispose();
        }
        else
        {
            _ = CloseAsync(closed);
        }
    }

    private async Task CloseAsync(TaskCompletionSource closed)
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Send);
            using var timeout = new CancellationTokenSource(closeTimeout, time);
            var scrap = new byte[4096];
            while (await Socket.ReceiveAsync(scrap, SocketFlags.None, timeout.Token) > 0)
            {
                // What the pool still sends is for nobody.
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // Closed already, or too slow: either way it is cut off below, and the slot goes back.
        }
        finally
        {
            Socket.Dispose();
            closed.SetResult();
        }
    }
}
