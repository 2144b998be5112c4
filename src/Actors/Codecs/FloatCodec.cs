using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sluice.Actors.Codecs;

/// <summary>
/// A double in eight bytes, a float or a half in four, as IEEE 754 has them. One reads any other whose value it has.
/// </summary>
internal sealed class FloatCodec<T> : Codec<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    internal override WireKind Kind => typeof(T) == typeof(double) ? WireKind.Fixed64 : WireKind.Fixed32;

    /// <summary>Zero, but not the negative one.</summary>
    internal override bool IsDefault(in T value) => T.IsZero(value) && !T.IsNegative(value);

    internal override void WriteField(ref WireWriter writer, uint number, in T value)
    {
        writer.WriteHead(number, Kind);
        WriteContent(ref writer, value);
    }

    internal override void WriteContent(ref WireWriter writer, in T value)
    {
        if (typeof(T) == typeof(double))
        {
            writer.WriteFixed64(Unsafe.BitCast<T, ulong>(value));
        }
        else
        {
            writer.WriteFixed32(typeof(T) == typeof(float)
                ? Unsafe.BitCast<T, uint>(value)
                : BitConverter.SingleToUInt32Bits(float.CreateTruncating(value)));
        }
    }

    internal override T ReadContent(ref WireReader reader, WireKind kind)
    {
        switch (kind)
        {
            case WireKind.Fixed64 when typeof(T) == typeof(double):
                return Unsafe.BitCast<ulong, T>(reader.ReadFixed64());
            case WireKind.Fixed64:
                return Narrow(ref reader, BitConverter.UInt64BitsToDouble(reader.ReadFixed64()));
            case WireKind.Fixed32 when typeof(T) == typeof(float):
                return Unsafe.BitCast<uint, T>(reader.ReadFixed32());
            case WireKind.Fixed32:
                return Narrow(ref reader, BitConverter.UInt32BitsToSingle(reader.ReadFixed32()));
            default:
                return Mismatch(ref reader, kind);
        }
    }

    private static T Narrow(ref WireReader reader, double wide)
    {
        var narrow = T.CreateTruncating(wide);
        if (double.CreateTruncating(narrow).CompareTo(wide) != 0) // To which a NaN equals a NaN.
        {
            reader.Fail($"{wide} is no {typeof(T)}");
        }

        return narrow;
    }
}
