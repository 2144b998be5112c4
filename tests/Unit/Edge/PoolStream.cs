using Sluice.Edge.Pools;
using Sluice.Testing;

namespace Sluice.Unit.Edge;

/// <summary>How a pool's answer ends.</summary>
internal enum PoolEnd
{
    Whole,
    Broken,
    Silent,

    /// <summary>The edge itself has closed the connection.</summary>
    Closed,
}

/// <summary>A pool's answer in the pieces that a test cuts it into.</summary>
internal sealed class PoolStream(IEnumerable<ReadOnlyMemory<byte>> pieces, PoolEnd end = PoolEnd.Whole) : Stream
{
    private readonly Queue<ReadOnlyMemory<byte>> _pieces = new(pieces);
    private readonly TaskCompletionSource _silent = new();

    public PoolStream(ReadOnlyMemory<byte> whole, PoolEnd end = PoolEnd.Whole)
        : this([whole], end)
    {
    }

    /// <summary>Done when the reader has come to the silence.</summary>
    public Task BeginsSilence => _silent.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The stream as the edge reads it.</summary>
    public PoolBody AsBody(ManualTime time) =>
        new(this, Some.Pool.IdleTimeout, new CancellationTokenSource(), time);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_pieces.TryPeek(out var piece))
        {
            var length = Math.Min(piece.Length, buffer.Length);
            piece[..length].CopyTo(buffer);
            _pieces.Dequeue();
            if (length < piece.Length)
            {
                var rest = _pieces.ToArray();
                _pieces.Clear();
                _pieces.Enqueue(piece[length..]);
                Array.ForEach(rest, _pieces.Enqueue);
            }

            return length;
        }

        switch (end)
        {
            case PoolEnd.Broken:
                throw new IOException("The connection broke.");
            case PoolEnd.Closed:
                throw new ObjectDisposedException(nameof(PoolStream));
            case PoolEnd.Silent:
                var never = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                _silent.TrySetResult();
                await never;
                return 0;
            default:
                return 0;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
