using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sluice.Actors.Codecs;

/// <summary>How a type is a few bytes on the wire, always as many.</summary>
internal interface IBytesForm<T>
{
    static abstract int Size { get; }

    static abstract bool IsDefault(T value);

    static abstract void Write(T value, Span<byte> bytes);

    /// <summary>False when no value of the type is these bytes.</summary>
    static abstract bool TryRead(ReadOnlySpan<byte> bytes, out T value);
}

/// <summary>Types that are a fixed number of bytes, which are written behind that number all the same.</summary>
internal sealed class BytesCodec<T, TForm> : Codec<T>
    where TForm : IBytesForm<T>
{
    internal override WireKind Kind => WireKind.Bytes;

    internal override bool IsDefault(in T value) => TForm.IsDefault(value);

    internal override void WriteField(ref WireWriter writer, uint number, in T value)
    {
        writer.WriteHead(number, WireKind.Bytes);
        WriteContent(ref writer, value);
    }

    internal override void WriteContent(ref WireWriter writer, in T value)
    {
        Span<byte> bytes = stackalloc byte[TForm.Size];
        TForm.Write(value, bytes);
        writer.WriteBytes(bytes);
    }

    internal override T ReadContent(ref WireReader reader, WireKind kind)
    {
        if (kind != WireKind.Bytes)
        {
            return Mismatch(ref reader, kind);
        }

        var bytes = reader.ReadBytes();
        if (bytes.Length != TForm.Size || !TForm.TryRead(bytes, out var value))
        {
            reader.Fail($"these {bytes.Length} bytes are no {typeof(T)}");
            return default;
        }

        return value;
    }
}

/// <summary>In the order in which it is printed.</summary>
internal readonly struct GuidForm : IBytesForm<Guid>
{
    public static int Size => 16;

    public static bool IsDefault(Guid value) => value == default;

    public static void Write(Guid value, Span<byte> bytes) => value.TryWriteBytes(bytes, bigEndian: true, out _);

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Guid value)
    {
        value = new Guid(bytes, bigEndian: true);
        return true;
    }
}

/// <summary>96 bits of number, then 32 of sign (bit 31) and decimal places (bits 16 to 23), little end first.</summary>
internal readonly struct DecimalForm : IBytesForm<decimal>
{
    private const int ScaleMost = 28;

    public static int Size => 16;

    public static bool IsDefault(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        return (parts[0] | parts[1] | parts[2] | parts[3]) == 0; // 0.00 is not 0: it keeps its places.
    }

    public static void Write(decimal value, Span<byte> bytes)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        for (var i = 0; i < parts.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[(i * sizeof(int))..], parts[i]);
        }
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out decimal value)
    {
        Span<int> parts = stackalloc int[4];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
        }

        var fits = (parts[3] & 0x7f00_ffff) == 0 && (parts[3] >> 16 & 0xff) <= ScaleMost;
        value = fits ? new decimal(parts) : default;
        return fits;
    }
}

/// <summary>Ticks of 100 ns of UTC in eight bytes, minutes of the offset in two, little end first.</summary>
internal readonly struct DateTimeOffsetForm : IBytesForm<DateTimeOffset>
{
    private const int OffsetMinutesMost = 14 * 60;

    public static int Size => sizeof(long) + sizeof(short);

    public static bool IsDefault(DateTimeOffset value) => value.EqualsExact(default);

    public static void Write(DateTimeOffset value, Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value.UtcTicks);
        BinaryPrimitives.WriteInt16LittleEndian(bytes[sizeof(long)..], (short)value.TotalOffsetMinutes);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out DateTimeOffset value)
    {
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var minutes = BinaryPrimitives.ReadInt16LittleEndian(bytes[sizeof(long)..]);
        value = default;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks || minutes is > OffsetMinutesMost or < -OffsetMinutesMost)
        {
            return false;
        }

        var localTicks = ticks + minutes * TimeSpan.TicksPerMinute;
        if (localTicks < 0 || localTicks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        value = new DateTimeOffset(localTicks, TimeSpan.FromMinutes(minutes));
        return true;
    }
}

/// <summary>Bytes of any number, in one copy.</summary>
internal abstract class BlockCodec<T> : Codec<T>
{
    internal override WireKind Kind => WireKind.Bytes;

    internal override WireKind ElementKind => WireKind.Null;

    internal override void WriteField(ref WireWriter writer, uint number, in T value)
    {
        if (IsNull(value))
        {
            writer.WriteHead(number, WireKind.Null);
            return;
        }

        writer.WriteHead(number, WireKind.Bytes);
        WriteContent(ref writer, value);
    }

    internal override void WriteContent(ref WireWriter writer, in T value) => writer.WriteBytes(Bytes(value));

    internal override T ReadContent(ref WireReader reader, WireKind kind) => kind switch
    {
        WireKind.Bytes => From(reader.ReadBytes().ToArray()),
        WireKind.Null => default!,
        _ => Mismatch(ref reader, kind),
    };

    protected abstract bool IsNull(T value);

    protected abstract ReadOnlySpan<byte> Bytes(T value);

    protected abstract T From(byte[] bytes);
}

internal sealed class ByteArrayCodec : BlockCodec<byte[]>
{
    internal override bool IsDefault(in byte[] value) => value is null;

    protected override bool IsNull(byte[] value) => value is null;

    protected override ReadOnlySpan<byte> Bytes(byte[] value) => value;

    protected override byte[] From(byte[] bytes) => bytes;
}

internal sealed class ImmutableByteArrayCodec : BlockCodec<ImmutableArray<byte>>
{
    internal override bool IsDefault(in ImmutableArray<byte> value) => value.IsDefault;

    protected override bool IsNull(ImmutableArray<byte> value) => value.IsDefault;

    protected override ReadOnlySpan<byte> Bytes(ImmutableArray<byte> value) => value.AsSpan();

    protected override ImmutableArray<byte> From(byte[] bytes) => ImmutableCollectionsMarshal.AsImmutableArray(bytes);
}

/// <summary>Nobody can tell an empty memory from <c>default</c>, so it is never null.</summary>
internal sealed class ByteMemoryCodec : BlockCodec<ReadOnlyMemory<byte>>
{
    internal override bool IsDefault(in ReadOnlyMemory<byte> value) => value.IsEmpty;

    protected override bool IsNull(ReadOnlyMemory<byte> value) => false;

    protected override ReadOnlySpan<byte> Bytes(ReadOnlyMemory<byte> value) => value.Span;

    protected override ReadOnlyMemory<byte> From(byte[] bytes) => bytes;
}
