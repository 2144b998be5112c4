using System.Net;
using System.Net.Sockets;
using Sluice.Edge.Calls;
using Sluice.Edge.Pools;
using Sluice.EndToEnd.Hosting;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.EndToEnd.Pools;

/// <summary>Guards what a slot hangs on: who a connection works for, and when its pool has let go of it.</summary>
public sealed class PoolConnectionTests : IDisposable
{
    private static readonly byte[] SomeBytes = [1];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public PoolConnectionTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    /// <summary>
    /// Guards the order in which it happens: the HTTP client hands a connection on with the last byte of an answer,
    /// before the one who read that byte can say that its call is over.
    /// </summary>
    [Fact]
    public async Task A_call_that_ends_late_does_not_take_the_connection_from_its_successor()
    {
        var (connection, pool) = await ConnectAsync();
        var (first, second) = (NewCall(1), NewCall(2));
        await WriteAsync(connection, first);
        await WriteAsync(connection, second);

        connection.EndCall(first);
        await connection.DisposeAsync();

        Assert.False(second.PoolClosed.IsCompleted, "The pool has not closed its side yet.");
        pool.Dispose();
        await second.PoolClosed.WaitAsync(Patience.Token);
    }

    /// <summary>
    /// Guards the completion of a call, which is posted as soon as the read of its answer fails: that may be long
    /// before the one who closes the connection gets on with it.
    /// </summary>
    [Fact]
    public async Task Whoever_reads_when_a_connection_is_closed_finds_the_pool_still_at_work()
    {
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (connection, pool) = await ConnectAsync(time: new TimeThatWaits(looked.Task));
        var call = NewCall(1);
        await WriteAsync(connection, call);
        var closedTooSoon = ReadToFailureAsync(connection, call, looked);

        await connection.DisposeAsync();

        Assert.False(await closedTooSoon, "The call seemed over before the pool closed its side.");
        pool.Dispose();
        await call.PoolClosed.WaitAsync(Patience.Token);
    }

    [Fact]
    public async Task A_pool_that_does_not_close_its_side_is_cut_off()
    {
        var (connection, pool) = await ConnectAsync(TimeSpan.FromMilliseconds(20));
        var call = NewCall(1);
        await WriteAsync(connection, call);

        await connection.DisposeAsync();

        await call.PoolClosed.WaitAsync(Patience.Token);
        pool.Dispose();
    }

    private static async Task<bool> ReadToFailureAsync(
        PoolConnection connection, ModelCall call, TaskCompletionSource looked)
    {
        try
        {
            Assert.Equal(0, await connection.ReadAsync(new byte[1], CancellationToken.None));
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Ended by the close, as intended.
        }

        var closed = call.PoolClosed.IsCompleted;
        looked.SetResult();
        return closed;
    }

    /// <summary>In a flow of its own, as each request of the edge is.</summary>
    private static async Task WriteAsync(PoolConnection connection, ModelCall call)
    {
        PoolConnection.BeginCall(call);
        await connection.WriteAsync(SomeBytes, Patience.Token);
    }

    private static ModelCall NewCall(long sequence) => new() { RequestId = new RequestId(1, sequence) };

    private async Task<(PoolConnection Connection, Socket Pool)> ConnectAsync(
        TimeSpan? closeTimeout = null, TimeProvider? time = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.LocalEndpoint, Patience.Token);
        var pool = await _listener.AcceptSocketAsync(Patience.Token);
        var timeout = closeTimeout ?? TimeSpan.FromMinutes(1);
        return (new PoolConnection(socket, timeout, time ?? TimeProvider.System), pool);
    }

    /// <summary>
    /// Holds up whoever sets a timer, here the one who closes a connection, until something has happened.
    /// </summary>
    private sealed class TimeThatWaits(Task happened) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            happened.Wait(TimeSpan.FromSeconds(30));
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
