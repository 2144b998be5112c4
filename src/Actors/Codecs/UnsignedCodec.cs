using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sluice.Actors.Codecs;

/// <summary>
/// Unsigned integers of 64 bits, and enums of them: the same whole numbers as the others, with room for large ones.
/// </summary>
internal sealed class UnsignedCodec<T> : Codec<T>
    where T : struct
{
    internal override WireKind Kind => WireKind.Integer;

    internal override bool IsDefault(in T value) => ToInteger(value) == 0;

    internal override void WriteField(ref WireWriter writer, uint number, in T value)
    {
        writer.WriteHead(number, WireKind.Integer);
        writer.WriteUnsignedInteger(ToInteger(value));
    }

    internal override void WriteContent(ref WireWriter writer, in T value) =>
        writer.WriteUnsignedInteger(ToInteger(value));

    internal override T ReadContent(ref WireReader reader, WireKind kind) => kind == WireKind.Integer
        ? Unsafe.BitCast<ulong, T>(reader.ReadUnsignedInteger())
        : Mismatch(ref reader, kind);

    private static ulong ToInteger(T value) => Unsafe.BitCast<T, ulong>(value);
}

/// <summary>
/// Integers of more than 64 bits: in two's complement, little end first, in as few bytes as hold it. One reads any
/// other, and a smaller integer, if the value fits.
/// </summary>
internal sealed class WideIntegerCodec<T> : Codec<T>
    where T : struct, IBinaryInteger<T>
{
    internal override WireKind Kind => WireKind.Bytes;

    internal override bool IsDefault(in T value) => T.IsZero(value);

    internal override void WriteField(ref WireWriter writer, uint number, in T value)
    {
        writer.WriteHead(number, WireKind.Bytes);
        WriteContent(ref writer, value);
    }

    internal override void WriteContent(ref WireWriter writer, in T value)
    {
        if (value is BigInteger big)
        {
            writer.WriteBytes(big.ToByteArray());
            return;
        }

        Span<byte> bytes = stackalloc byte[17]; // One more than the type has, for the sign of an unsigned one.
        var written = value.WriteLittleEndian(bytes);
        var sign = (byte)(T.IsNegative(value) ? 0xff : 0);
        bytes[written..].Fill(sign);
        var length = bytes.Length;
        while (length > 1 && bytes[length - 1] == sign && (bytes[length - 2] ^ sign) < 0x80)
        {
            length--;
        }

        writer.WriteBytes(bytes[..length]);
    }

    internal override T ReadContent(ref WireReader reader, WireKind kind)
    {
        if (kind == WireKind.Integer)
        {
            var integer = reader.ReadWideInteger();
            if (Int128.IsNegative(integer) && typeof(T) == typeof(UInt128))
            {
                reader.Fail($"{integer} is no {typeof(T)}");
            }

            return T.CreateTruncating(integer);
        }

        if (kind != WireKind.Bytes)
        {
            return Mismatch(ref reader, kind);
        }

        var bytes = reader.ReadBytes();
        if (bytes.IsEmpty || !T.TryReadLittleEndian(bytes, isUnsigned: false, out var value))
        {
            reader.Fail($"{bytes.Length} bytes are no {typeof(T)}");
            return default;
        }

        return value;
    }
}
