using System.Net;
using System.Net.Sockets;
using Sluice.Edge.Calls;
using Sluice.Edge.Pools;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Pools;

/// <summary>
/// Guards "one call, one slot, also at the pool": a call given up keeps its slot until the pool has let go of it.
/// </summary>
public sealed class PoolConnectionTests : IDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly ManualTime _time = new();
    private readonly ModelCall _call = Some.Call();
    private readonly Socket _client = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly PoolConnection _connection;
    private readonly Socket _pool;

    public PoolConnectionTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client.Connect(listener.LocalEndPoint!);
        _pool = listener.Accept();
        _connection = new PoolConnection(_client, CloseTimeout, _time);
    }

    private bool IsClosed => _client.SafeHandle.IsClosed;

    [Fact]
    public async Task From_the_first_byte_on_a_connection_works_for_its_call()
    {
        PoolConnection.BeginCall(_call);
        Assert.False(_call.Dispatched);

        await Send();

        Assert.True(_call.Dispatched);
        Assert.Same(_connection, _call.Connection);
        Assert.Equal("GET"u8.ToArray(), await Receive());
    }

    [Fact]
    public async Task A_call_given_up_is_not_over_before_the_pool_has_closed_its_side()
    {
        PoolConnection.BeginCall(_call);
        await Send();
        await Receive();

        _connection.Dispose();

        Assert.Empty(await Receive()); // The pool sees that nothing more will come.
        Assert.False(_call.PoolClosed.IsCompleted);
        Assert.False(IsClosed);

        _pool.Close();
        await _call.PoolClosed.Within();
        Assert.True(IsClosed);
    }

    /// <summary>Guards the stop of an edge: who reads is not left to wait for a pool that says nothing.</summary>
    [Fact]
    public async Task A_call_that_is_cut_off_lets_go_of_its_pool_in_the_middle_of_a_read()
    {
        PoolConnection.BeginCall(_call);
        await Send();
        await Receive();
        var reading = _connection.ReadAsync(new byte[16], CancellationToken.None).AsTask();

        _call.CutOff();

        Assert.True(_call.IsCutOff);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Within());
        Assert.Empty(await Receive());
        _pool.Close();
        await _call.PoolClosed.Within();
    }

    [Fact]
    public async Task What_the_pool_still_sends_is_dropped()
    {
        PoolConnection.BeginCall(_call);
        await Send();
        await Receive();
        _connection.Dispose();

        await _pool.SendAsync(new byte[1 << 20]).Within();
        Assert.False(_call.PoolClosed.IsCompleted);

        _pool.Close();
        await _call.PoolClosed.Within();
    }

    [Fact]
    public async Task A_pool_that_never_closes_is_cut_off_after_a_while()
    {
        PoolConnection.BeginCall(_call);
        await Send();
        _connection.Dispose();

        _time.Advance(CloseTimeout - TimeSpan.FromTicks(1));
        Assert.False(_call.PoolClosed.IsCompleted);

        _time.Advance(TimeSpan.FromTicks(1));
        await _call.PoolClosed.Within();
        Assert.True(IsClosed);
    }

    [Fact]
    public async Task A_pool_that_resets_the_connection_has_let_go()
    {
        PoolConnection.BeginCall(_call);
        await Send();
        _connection.Dispose();

        _pool.LingerState = new LingerOption(true, 0);
        _pool.Close();

        await _call.PoolClosed.Within();
        Assert.True(IsClosed);
    }

    [Fact]
    public async Task A_call_whose_answer_was_read_to_its_end_waits_for_nobody()
    {
        PoolConnection.BeginCall(_call);
        await Send();
        _connection.EndCall(_call);

        _connection.Dispose();

        Assert.True(_call.PoolClosed.IsCompletedSuccessfully);
        Assert.True(IsClosed);
    }

    [Fact]
    public async Task A_connection_used_again_works_for_the_later_call()
    {
        var later = Some.Call(sequence: 2);
        PoolConnection.BeginCall(_call);
        await Send();
        _connection.EndCall(_call);
        PoolConnection.BeginCall(later);
        await Send();

        _connection.Dispose();

        Assert.True(_call.PoolClosed.IsCompletedSuccessfully);
        Assert.False(later.PoolClosed.IsCompleted);
        _pool.Close();
        await later.PoolClosed.Within();
    }

    [Fact]
    public void A_connection_that_never_had_a_call_closes_at_once()
    {
        _connection.Dispose();

        Assert.True(IsClosed);
    }

    [Fact]
    public async Task A_read_that_waits_ends_when_the_connection_is_disposed()
    {
        PoolConnection.BeginCall(_call);
        await Send();
        var read = _connection.ReadAsync(new byte[16], CancellationToken.None).AsTask();
        Assert.False(read.IsCompleted);

        _connection.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.Within());
        Assert.False(_call.PoolClosed.IsCompleted);
        _pool.Close();
        await _call.PoolClosed.Within();
    }

    /// <summary>The HTTP client closes from wherever it notices: the timer, the reader and the writer.</summary>
    [Fact]
    public async Task Disposing_from_many_sides_at_once_closes_once()
    {
        PoolConnection.BeginCall(_call);
        await Send();
        using var together = new Barrier(8);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait();
                _connection.Dispose();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))).Within();

        var closed = _call.PoolClosed;
        Assert.False(closed.IsCompleted);
        _connection.Dispose();
        Assert.Same(closed, _call.PoolClosed);
        _pool.Close();
        await closed.Within();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _client.Dispose();
        _pool.Dispose();
    }

    private Task Send() => _connection.WriteAsync("GET"u8.ToArray()).AsTask().Within();

    private async Task<byte[]> Receive()
    {
        var buffer = new byte[16];
        var length = await _pool.ReceiveAsync(buffer).Within();
        return buffer[..length];
    }
}
