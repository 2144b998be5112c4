using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Network;

/// <summary>
/// One end of a connection. What is written here arrives at the other end later, in order, in pieces of any size.
/// </summary>
internal sealed class SimulatedStream(SimulatedNetwork network, SimulatedProcess process, string machine) : Stream
{
    private readonly Queue<byte[]> _arrived = new();
    private readonly Queue<byte[]?> _heldUp = new();
    private int _taken;
    private long _lastArrival;
    private bool _ended;
    private bool _reset;
    private bool _disposed;
    private Memory<byte> _into;
    private TaskCompletionSource<int>? _reading;

    internal SimulatedProcess Process => process;

    internal string Machine => machine;

    internal SimulatedStream? Other { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_reading is { Task.IsCompleted: false })
        {
            throw new InvalidOperationException("One reads at a time.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (CanTake)
        {
            return ValueTask.FromResult(Take(buffer));
        }

        _into = buffer;
        var reading = _reading = new TaskCompletionSource<int>();
        if (cancellationToken.CanBeCanceled)
        {
            cancellationToken.UnsafeRegister(
                _ => process.Call(() => reading.TrySetCanceled(cancellationToken)), null);
        }

        return new ValueTask<int>(reading.Task);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_reset)
        {
            throw new IOException("The connection was reset.");
        }

        Send(buffer.ToArray());
        if (network.World.Random.Next(4) > 0)
        {
            return ValueTask.CompletedTask;
        }

        // Now and then a write takes a moment, in which more is written behind it.
        var written = new TaskCompletionSource();
        process.Call(written.SetResult);
        return new ValueTask(written.Task);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>This end says no more: what it has said still arrives, and then the end.</summary>
    internal void End() => Send(null);

    /// <summary>The connection is broken, for this end.</summary>
    internal void Reset()
    {
        _reset = true;
        _arrived.Clear();
        process.Call(Wake);
    }

    /// <summary>What was held up on that way goes on.</summary>
    internal void RouteOpened(string from, string to)
    {
        if (machine == from && Other!.Machine == to)
        {
            while (_heldUp.TryDequeue(out var sent))
            {
                Travel(sent);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            End();
            network.Forget(this);
            process.Call(Wake);
        }

        base.Dispose(disposing);
    }

    private bool CanTake => _arrived.Count > 0 || _ended || _reset || _disposed;

    private void Send(byte[]? bytes)
    {
        if (network.IsBlocked(machine, Other!.Machine))
        {
            _heldUp.Enqueue(bytes);
        }
        else
        {
            Travel(bytes);
        }
    }

    /// <summary>Null is the end.</summary>
    private void Travel(byte[]? bytes)
    {
        var world = network.World;
        if (bytes is { Length: > 1 } && world.Random.Next(10) == 0)
        {
            var split = world.Random.Next(1, bytes.Length);
            Travel(bytes[..split]);
            Travel(bytes[split..]);
            return;
        }

        _lastArrival = Math.Max(_lastArrival, world.Now + network.Latency());
        world.Plan(_lastArrival - world.Now, () => Other!.Arrive(bytes));
    }

    private void Arrive(byte[]? bytes)
    {
        if (_disposed || _reset || process.IsDead)
        {
            return;
        }

        if (bytes is null)
        {
            _ended = true;
        }
        else
        {
            _arrived.Enqueue(bytes);
        }

        process.Call(Wake);
    }

    private void Wake()
    {
        if (_reading is not { Task.IsCompleted: false } reading || !CanTake)
        {
            return;
        }

        _reading = null;
        try
        {
            reading.SetResult(Take(_into));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            reading.SetException(e);
        }
    }

    private int Take(Memory<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_reset)
        {
            throw new IOException("The connection was reset.");
        }

        if (!_arrived.TryPeek(out var first))
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, first.Length - _taken);
        first.AsMemory(_taken, count).CopyTo(buffer);
        _taken += count;
        if (_taken == first.Length)
        {
            _arrived.Dequeue();
            _taken = 0;
        }

        return count;
    }
}
