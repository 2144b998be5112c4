using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Sluice.Actors.Codecs;

/// <summary>Writes to a <see cref="WireBuffer"/>, behind what it holds. Every write is in the buffer at once.</summary>
internal ref struct WireWriter(WireBuffer buffer)
{
    /// <summary>Groups and lists in one another, the outermost counted. A value that holds itself ends here.</summary>
    internal const int DepthMost = 32;

    /// <summary>Most bytes of a varint of 32 bits, and of 64 or 65 bits.</summary>
    private const int Varint32Most = 5;
    private const int Varint64Most = 10;

    /// <summary>Characters of a text that has 126 bytes at most, so that its length takes one byte.</summary>
    private const int ShortTextMost = 42;

    private readonly WireBuffer _buffer = buffer;
    private int _depth;

    internal readonly int Length => _buffer.Length;

    /// <summary>Takes back everything written behind this length.</summary>
    internal void Rewind(int length)
    {
        _buffer.Length = length;
        _depth = 0;
    }

    internal readonly void WriteByte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    /// <summary>Seven bits a byte, the low ones first; the top bit says that more follow.</summary>
    internal readonly void WriteVarint(ulong value) =>
        _buffer.Advance(PutVarint(_buffer.GetSpan(Varint64Most), value));

    /// <summary>Zigzag: 0, -1, 1, -2, 2 are written as 0, 1, 2, 3, 4.</summary>
    internal readonly void WriteSignedVarint(long value) => WriteVarint(ZigZag(value));

    /// <summary>Zigzag like a signed one, for a reader need not know which it was; 65 bits when it is large.</summary>
    internal readonly void WriteUnsignedInteger(ulong value)
    {
        var span = _buffer.GetSpan(Varint64Most);
        if (value <= long.MaxValue)
        {
            _buffer.Advance(PutVarint(span, value << 1));
            return;
        }

        PutVarint(span, value << 1 | 1UL << 63); // Bit 63 makes it ten bytes long whatever the others are.
        span[Varint64Most - 1] = (byte)(2 | value >> 62 & 1);
        _buffer.Advance(Varint64Most);
    }

    internal readonly void WriteFixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(sizeof(uint)), value);
        _buffer.Advance(sizeof(uint));
    }

    internal readonly void WriteFixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(sizeof(ulong)), value);
        _buffer.Advance(sizeof(ulong));
    }

    /// <summary>The length, then the bytes.</summary>
    internal readonly void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteVarint((ulong)bytes.Length);
        bytes.CopyTo(_buffer.GetSpan(bytes.Length));
        _buffer.Advance(bytes.Length);
    }

    /// <summary>UTF-8 behind its length plus one; a length of zero is null. For frames: a payload uses heads.</summary>
    /// <exception cref="ArgumentException">The text holds half a surrogate pair, which has no UTF-8.</exception>
    internal readonly void WriteText(string? text)
    {
        if (text is null)
        {
            WriteByte(0);
            return;
        }

        WriteVarint((ulong)Encoding.UTF8.GetByteCount(text) + 1);
        _buffer.Advance(PutText(_buffer.GetSpan(Encoding.UTF8.GetByteCount(text)), text));
    }

    /// <summary>UTF-8 behind its length: the content of a value of kind <see cref="WireKind.Bytes"/>.</summary>
    /// <exception cref="ArgumentException">The text holds half a surrogate pair, which has no UTF-8.</exception>
    internal readonly void WriteTextContent(string text)
    {
        if (text.Length <= ShortTextMost)
        {
            var span = _buffer.GetSpan(1 + 3 * text.Length);
            var written = PutText(span[1..], text);
            span[0] = (byte)written;
            _buffer.Advance(1 + written);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(text);
        WriteVarint((ulong)length);
        _buffer.Advance(PutText(_buffer.GetSpan(length), text));
    }

    /// <summary>What stands before a value: its number within the group, 0 outside of one, and its kind.</summary>
    internal readonly void WriteHead(uint number, WireKind kind) =>
        _buffer.Advance(PutVarint(_buffer.GetSpan(Varint32Most), number << 3 | (uint)kind));

    /// <summary>A head and a whole number, in one go.</summary>
    internal readonly void WriteInteger(uint number, long value)
    {
        var span = _buffer.GetSpan(Varint32Most + Varint64Most);
        var head = PutVarint(span, number << 3 | (uint)WireKind.Integer);
        _buffer.Advance(head + PutVarint(span[head..], ZigZag(value)));
    }

    /// <exception cref="InvalidOperationException">The value nests too deep, or holds itself.</exception>
    internal void BeginGroup() => Deeper();

    internal void EndGroup()
    {
        WriteByte((byte)WireKind.End);
        _depth--;
    }

    /// <param name="count">Elements that follow.</param>
    /// <param name="kind">Of every element; <see cref="WireKind.Null"/> when each has a head of its own.</param>
    internal void BeginList(int count, WireKind kind)
    {
        Deeper();
        WriteVarint((ulong)count << 3 | (ulong)kind);
    }

    internal void EndList() => _depth--;

    private void Deeper()
    {
        if (++_depth > DepthMost)
        {
            throw new InvalidOperationException(
                $"The value nests deeper than {DepthMost} objects and lists, or holds itself: send a flatter one.");
        }
    }

    private static ulong ZigZag(long value) => (ulong)(value << 1 ^ value >> 63);

    private static int PutVarint(Span<byte> span, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[at++] = (byte)(value | 0x80);
        }

        span[at] = (byte)value;
        return at + 1;
    }

    private static int PutText(Span<byte> span, string text)
    {
        if (Ascii.FromUtf16(text, span, out var written) == OperationStatus.Done)
        {
            return written;
        }

        var status = Utf8.FromUtf16(text, span, out _, out written, replaceInvalidSequences: false);
        return status == OperationStatus.Done
            ? written
            : throw new ArgumentException(
                "A text cannot be sent because it holds half a surrogate pair: send whole characters, or bytes.",
                nameof(text));
    }
}
