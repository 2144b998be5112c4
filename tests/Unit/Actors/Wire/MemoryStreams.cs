using System.IO.Pipelines;

namespace Sluice.Unit.Actors.Wire;

/// <summary>One end of two pipes that are a connection without a socket. What one end writes the other reads.</summary>
internal sealed class MemoryStreams : Stream
{
    private readonly Stream _in;
    private readonly Stream _out;

    private MemoryStreams(PipeReader reader, PipeWriter writer) =>
        (_in, _out) = (reader.AsStream(), writer.AsStream());

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <param name="most">Bytes that one end may be ahead of the other's reading; then its writes wait.</param>
    internal static (MemoryStreams Near, MemoryStreams Far) Pair(long most = 1 << 30)
    {
        var options = new PipeOptions(pauseWriterThreshold: most, resumeWriterThreshold: most / 2);
        var (there, back) = (new Pipe(options), new Pipe(options));
        return (new MemoryStreams(back.Reader, there.Writer), new MemoryStreams(there.Reader, back.Writer));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _in.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _out.WriteAsync(buffer, cancellationToken);
        await _out.FlushAsync(cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _out.Dispose();
        base.Dispose(disposing);
    }
}
