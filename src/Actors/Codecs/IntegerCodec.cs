using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sluice.Actors.Codecs;

/// <summary>How a type is a whole number on the wire. Static, so that a codec is compiled for each form.</summary>
internal interface IIntegerForm<T>
{
    static abstract long ToInteger(T value);

    /// <summary>False when no value of the type is this number.</summary>
    static abstract bool TryFrom(long integer, out T value);
}

/// <summary>Types that are a whole number: any of them reads any other whose value fits.</summary>
internal sealed class IntegerCodec<T, TForm> : Codec<T>
    where TForm : IIntegerForm<T>
{
    internal override WireKind Kind => WireKind.Integer;

    internal override bool IsDefault(in T value) => TForm.ToInteger(value) == 0;

    internal override void WriteField(ref WireWriter writer, uint number, in T value) =>
        writer.WriteInteger(number, TForm.ToInteger(value));

    internal override void WriteContent(ref WireWriter writer, in T value) =>
        writer.WriteSignedVarint(TForm.ToInteger(value));

    internal override T ReadContent(ref WireReader reader, WireKind kind)
    {
        if (kind != WireKind.Integer)
        {
            return Mismatch(ref reader, kind);
        }

        var integer = reader.ReadInteger();
        if (!TForm.TryFrom(integer, out var value))
        {
            reader.Fail($"{integer} is no {typeof(T)}");
        }

        return value;
    }
}

/// <summary>Any integer of up to 64 bits but the unsigned ones of 64.</summary>
internal readonly struct IntegerForm<T> : IIntegerForm<T>
    where T : struct, IBinaryInteger<T>
{
    public static long ToInteger(T value) => long.CreateTruncating(value);

    public static bool TryFrom(long integer, out T value)
    {
        value = T.CreateTruncating(integer);
        return long.CreateTruncating(value) == integer;
    }
}

/// <summary>By the underlying value: one that has no name is kept.</summary>
internal readonly struct EnumForm<T, TInteger> : IIntegerForm<T>
    where T : struct, Enum
    where TInteger : struct, IBinaryInteger<TInteger>
{
    public static long ToInteger(T value) => IntegerForm<TInteger>.ToInteger(Unsafe.BitCast<T, TInteger>(value));

    public static bool TryFrom(long integer, out T value)
    {
        var fits = IntegerForm<TInteger>.TryFrom(integer, out var underlying);
        value = Unsafe.BitCast<TInteger, T>(underlying);
        return fits;
    }
}

internal readonly struct BooleanForm : IIntegerForm<bool>
{
    public static long ToInteger(bool value) => value ? 1 : 0;

    public static bool TryFrom(long integer, out bool value)
    {
        value = integer == 1;
        return integer is 0 or 1;
    }
}

/// <summary>In ticks of 100 ns.</summary>
internal readonly struct TimeSpanForm : IIntegerForm<TimeSpan>
{
    public static long ToInteger(TimeSpan value) => value.Ticks;

    public static bool TryFrom(long integer, out TimeSpan value)
    {
        value = new TimeSpan(integer);
        return true;
    }
}

/// <summary>In ticks of 100 ns since midnight.</summary>
internal readonly struct TimeOnlyForm : IIntegerForm<TimeOnly>
{
    public static long ToInteger(TimeOnly value) => value.Ticks;

    public static bool TryFrom(long integer, out TimeOnly value)
    {
        var fits = integer >= 0 && integer <= TimeOnly.MaxValue.Ticks;
        value = fits ? new TimeOnly(integer) : default;
        return fits;
    }
}

/// <summary>In days since 0001-01-01.</summary>
internal readonly struct DateOnlyForm : IIntegerForm<DateOnly>
{
    public static long ToInteger(DateOnly value) => value.DayNumber;

    public static bool TryFrom(long integer, out DateOnly value)
    {
        var fits = integer >= 0 && integer <= DateOnly.MaxValue.DayNumber;
        value = fits ? DateOnly.FromDayNumber((int)integer) : default;
        return fits;
    }
}
