namespace Sluice.Actors.Codecs;

/// <summary>Ticks of 100 ns since 0001-01-01 in 62 bits, and the <see cref="DateTimeKind"/> in the top two.</summary>
internal sealed class DateTimeCodec : Codec<DateTime>
{
    private const int KindShift = 62;

    internal override WireKind Kind => WireKind.Fixed64;

    internal override bool IsDefault(in DateTime value) => Bits(value) == 0;

    internal override void WriteField(ref WireWriter writer, uint number, in DateTime value)
    {
        writer.WriteHead(number, WireKind.Fixed64);
        WriteContent(ref writer, value);
    }

    internal override void WriteContent(ref WireWriter writer, in DateTime value) => writer.WriteFixed64(Bits(value));

    internal override DateTime ReadContent(ref WireReader reader, WireKind kind)
    {
        if (kind != WireKind.Fixed64)
        {
            return Mismatch(ref reader, kind);
        }

        var bits = reader.ReadFixed64();
        var ticks = (long)(bits & (1UL << KindShift) - 1);
        var dateKind = (DateTimeKind)(bits >> KindShift);
        if (ticks > DateTime.MaxValue.Ticks || dateKind > DateTimeKind.Local)
        {
            reader.Fail($"{bits} is no {typeof(DateTime)}");
        }

        return new DateTime(ticks, dateKind);
    }

    private static ulong Bits(DateTime value) => (ulong)value.Ticks | (ulong)value.Kind << KindShift;
}
