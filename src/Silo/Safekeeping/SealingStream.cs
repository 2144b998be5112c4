using System.Security.Cryptography;
using Sluice.Rules.Safekeeping;

namespace Sluice.Silo.Safekeeping;

/// <summary>Seals what is written, see <see cref="BackupCipher"/>. Disposing writes the last chunk.</summary>
internal sealed class SealingStream(Stream to, byte[] key) : Stream
{
    private readonly AesGcm _key = new(key, BackupCipher.TagBytes);
    private readonly byte[] _plain = new byte[BackupCipher.ChunkBytes];
    private readonly byte[] _sealed = new byte[BackupCipher.ChunkBytes + BackupCipher.TagBytes];
    private int _filled;
    private long _number;
    private bool _isDisposed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_filled == _plain.Length)
            {
                WriteChunk(isLast: false); // There is more: this is not the last one.
            }

            var taken = Math.Min(buffer.Length, _plain.Length - _filled);
            buffer[..taken].CopyTo(_plain.AsSpan(_filled));
            _filled += taken;
            buffer = buffer[taken..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>A chunk that is not full may not be the last one: nothing goes before its time.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            WriteChunk(isLast: true);
            _key.Dispose();
        }

        base.Dispose(disposing);
    }

    private void WriteChunk(bool isLast)
    {
        BackupCipher.Seal(_key, _number++, isLast, _plain.AsSpan(0, _filled), _sealed);
        to.Write(_sealed, 0, _filled + BackupCipher.TagBytes);
        _filled = 0;
    }
}
