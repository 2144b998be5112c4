using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Sluice.Actors.Codecs;

/// <summary>
/// Reads what a <see cref="WireWriter"/> wrote. Every length is checked against the bytes that are left before anything
/// is allocated; everything that is wrong is a <see cref="MalformedPayloadException"/>.
/// </summary>
/// <param name="bytes">What to read.</param>
/// <param name="depthMost">Groups and lists in one another; 1 or more.</param>
internal ref partial struct WireReader(ReadOnlySpan<byte> bytes, int depthMost = WireWriter.DepthMost)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;
    private int _depthLeft = depthMost;

    /// <summary>
    /// Elements that may still be promised. Each takes a byte of its own, so all lists together, however they nest,
    /// never promise more elements than there are bytes.
    /// </summary>
    private int _elementsLeft = bytes.Length;

    /// <summary>Bytes read.</summary>
    internal readonly int Position => _position;

    /// <summary>Bytes not yet read.</summary>
    internal readonly int Remaining => _bytes.Length - _position;

    /// <summary>Says that everything must have been read.</summary>
    internal readonly void RequireEnd()
    {
        if (Remaining > 0)
        {
            Fail($"{Remaining} bytes follow that belong to nothing");
        }
    }

    internal byte ReadByte()
    {
        if (_position >= _bytes.Length)
        {
            FailAtEnd(1);
        }

        return _bytes[_position++];
    }

    internal ulong ReadVarint()
    {
        if (_position < _bytes.Length && _bytes[_position] < 0x80)
        {
            return _bytes[_position++];
        }

        return ReadLongVarint(lastByteMost: 1, out _);
    }

    internal long ReadSignedVarint() => Signed(ReadVarint());

    internal uint ReadFixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    internal ulong ReadFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>A part of the input: valid as long as the input is.</summary>
    internal ReadOnlySpan<byte> ReadBytes() => Take(ReadVarint());

    internal string? ReadText()
    {
        var lengthPlusOne = ReadVarint();
        return lengthPlusOne == 0 ? null : Text(Take(lengthPlusOne - 1));
    }

    internal string ReadTextContent() => Text(ReadBytes());

    /// <summary>A whole number that fits a signed one of 64 bits.</summary>
    internal long ReadInteger()
    {
        if (_position < _bytes.Length && _bytes[_position] < 0x80)
        {
            return Signed(_bytes[_position++]);
        }

        var bits = ReadLongVarint(lastByteMost: 3, out var bit64);
        if (bit64)
        {
            Fail("the number does not fit 64 bits with a sign");
        }

        return Signed(bits);
    }

    /// <summary>A whole number that fits an unsigned one of 64 bits.</summary>
    internal ulong ReadUnsignedInteger()
    {
        var bits = ReadLongVarint(lastByteMost: 3, out var bit64);
        if ((bits & 1) != 0)
        {
            Fail("the number is negative, which its reader's type cannot be");
        }

        return bits >> 1 | (bit64 ? 1UL << 63 : 0);
    }

    /// <summary>A whole number of up to 64 bits, with a sign or without.</summary>
    internal Int128 ReadWideInteger()
    {
        var bits = ReadLongVarint(lastByteMost: 3, out var bit64);
        var magnitude = (Int128)(bits >> 1 | (bit64 ? 1UL << 63 : 0));
        return (bits & 1) == 0 ? magnitude : -magnitude - 1;
    }

    /// <summary>The next bytes: valid as long as the input is.</summary>
    internal ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)Remaining)
        {
            FailAtEnd(count);
        }

        var taken = _bytes.Slice(_position, (int)count);
        _position += (int)count;
        return taken;
    }

    /// <exception cref="MalformedPayloadException">Always.</exception>
    [DoesNotReturn, MethodImpl(MethodImplOptions.NoInlining)]
    internal readonly void Fail(string what) =>
        throw new MalformedPayloadException($"Malformed at byte {_position} of {_bytes.Length}: {what}.");

    [DoesNotReturn, MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void FailAtEnd(ulong wanted) => Fail($"{wanted} bytes are wanted and {Remaining} are left");

    private ulong ReadLongVarint(byte lastByteMost, out bool bit64)
    {
        ulong bits = 0;
        for (var shift = 0; ; shift += 7)
        {
            var read = ReadByte();
            if (shift == 63 && read > lastByteMost)
            {
                Fail("a number has more bits than any type here");
            }

            bits |= (ulong)(read & 0x7f) << shift;
            if (read < 0x80)
            {
                if (read == 0 && shift > 0)
                {
                    Fail("a number is written longer than it need be"); // Each has one form, so none can be smuggled.
                }

                bit64 = shift == 63 && (read & 2) != 0;
                if (bit64 && (bits & 1) != 0)
                {
                    Fail("a negative number does not fit 64 bits");
                }

                return bits;
            }
        }
    }

    private static long Signed(ulong zigzag) => (long)(zigzag >> 1) ^ -(long)(zigzag & 1);

    private readonly string Text(ReadOnlySpan<byte> utf8)
    {
        if (Ascii.IsValid(utf8)) // Most are, and then there is nothing to count or to doubt.
        {
            return string.Create(utf8.Length, utf8, static (text, ascii) => Ascii.ToUtf16(ascii, text, out _));
        }

        if (!Utf8.IsValid(utf8))
        {
            Fail("a text is not UTF-8");
        }

        return Encoding.UTF8.GetString(utf8);
    }
}
