using System.Security.Cryptography;
using Sluice.Rules.Safekeeping;

namespace Sluice.Silo.Safekeeping;

/// <summary>Opens what <see cref="SealingStream"/> has sealed, and fails where it is not whole.</summary>
/// <exception cref="BackupException">A chunk does not open, or the last one is missing.</exception>
internal sealed class OpeningStream : Stream
{
    private readonly AesGcm _key;
    private readonly Stream _from;
    private readonly string _place;
    private readonly byte[] _plain = new byte[BackupCipher.ChunkBytes];
    private byte[] _ahead = new byte[BackupCipher.ChunkBytes + BackupCipher.TagBytes];
    private byte[] _chunk = new byte[BackupCipher.ChunkBytes + BackupCipher.TagBytes];
    private int _aheadLength;
    private int _position;
    private int _length;
    private long _number;
    private bool _isLast;

    /// <param name="from">The sealed part.</param>
    /// <param name="key">The key of the part.</param>
    /// <param name="place">Names the part in what is told.</param>
    public OpeningStream(Stream from, byte[] key, string place)
    {
        (_from, _place) = (from, place);
        _key = new AesGcm(key, BackupCipher.TagBytes);
        _aheadLength = _from.ReadAtLeast(_ahead, _ahead.Length, throwOnEndOfStream: false);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (_position == _length && !_isLast)
        {
            ReadChunk();
        }

        var taken = Math.Min(buffer.Length, _length - _position);
        _plain.AsSpan(_position, taken).CopyTo(buffer);
        _position += taken;
        return taken;
    }

    public override void Flush() => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _key.Dispose();
        }

        base.Dispose(disposing);
    }

    private void ReadChunk()
    {
        (_chunk, _ahead) = (_ahead, _chunk);
        var length = _aheadLength;
        _aheadLength = length == _chunk.Length
            ? _from.ReadAtLeast(_ahead, _ahead.Length, throwOnEndOfStream: false)
            : 0;
        _isLast = _aheadLength == 0;
        _length = length - BackupCipher.TagBytes;
        _position = 0;
        if (_length < 0 || !BackupCipher.TryOpen(
                _key, _number++, _isLast, _chunk.AsSpan(0, length), _plain.AsSpan(0, _length)))
        {
            throw new BackupException($"{_place} does not open: it was changed, or is not whole.");
        }
    }
}
