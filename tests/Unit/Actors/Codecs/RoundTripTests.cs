using System.Numerics;
using Sluice.Actors.Calls;
using Sluice.Actors.Codecs;
using Xunit;

namespace Sluice.Unit.Actors.Codecs;

/// <summary>Every type that is known by itself arrives as it was sent.</summary>
public sealed class RoundTripTests
{
    private enum Small : byte
    {
        One = 1,
    }

    private enum Signed : short
    {
        Minus = -1,
    }

    private enum Huge : ulong
    {
        Most = ulong.MaxValue,
    }

    [Fact]
    public void Integers_arrive_at_both_ends_of_their_range()
    {
        Arrive(sbyte.MinValue, (sbyte)-1, (sbyte)0, sbyte.MaxValue);
        Arrive(byte.MinValue, (byte)1, (byte)127, (byte)128, byte.MaxValue);
        Arrive(short.MinValue, (short)-1, short.MaxValue);
        Arrive(ushort.MinValue, ushort.MaxValue);
        Arrive('\0', 'a', '\ud800', char.MaxValue);
        Arrive(int.MinValue, -64, -65, 63, 64, int.MaxValue);
        Arrive(uint.MinValue, uint.MaxValue);
        Arrive(long.MinValue, long.MinValue + 1, -1, 0, 1, long.MaxValue);
        Arrive(ulong.MinValue, 1UL, (ulong)long.MaxValue, (ulong)long.MaxValue + 1, 3UL << 62, ulong.MaxValue);
        Arrive(nint.MinValue, nint.MaxValue);
        Arrive(nuint.MinValue, nuint.MaxValue);
        Arrive(false, true);
    }

    [Fact]
    public void Integers_wider_than_64_bits_arrive()
    {
        Arrive<Int128>(Int128.MinValue, Int128.NegativeOne, 0, 127, 128, -128, -129, 1L << 40, Int128.MaxValue);
        Arrive<UInt128>(UInt128.MinValue, 127, 128, 255, 256, ulong.MaxValue, UInt128.MaxValue);
        Arrive<BigInteger>(
            BigInteger.Zero, BigInteger.MinusOne, -128, -129, 255, BigInteger.Pow(7, 400), -BigInteger.Pow(11, 333));
    }

    [Fact]
    public void Numbers_with_a_point_arrive_bit_for_bit()
    {
        double[] doubles = [0, -0.0, 1.5, double.NaN, double.Epsilon, double.MinValue, double.NegativeInfinity];
        float[] floats = [0, -0f, 1.5f, float.NaN, float.Epsilon, float.MaxValue, float.PositiveInfinity];
        Half[] halves = [Half.Zero, Half.NegativeZero, Half.Epsilon, Half.MaxValue, Half.NaN];
        decimal[] decimals = [0, 0.00m, -0.0m, 1.10m, decimal.MaxValue, decimal.MinValue, 1e-28m];

        Assert.All(doubles, value =>
            Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(Wire.Pass(value))));
        Assert.All(floats, value =>
            Assert.Equal(BitConverter.SingleToInt32Bits(value), BitConverter.SingleToInt32Bits(Wire.Pass(value))));
        Assert.All(halves, value =>
            Assert.Equal(BitConverter.HalfToInt16Bits(value), BitConverter.HalfToInt16Bits(Wire.Pass(value))));
        Assert.All(decimals, value => Assert.Equal(decimal.GetBits(value), decimal.GetBits(Wire.Pass(value))));
    }

    [Fact]
    public void Times_arrive_with_their_kind_and_offset()
    {
        DateTime[] times =
        [
            default, DateTime.MaxValue, new(2026, 8, 1, 12, 30, 0, DateTimeKind.Utc),
            new(1, DateTimeKind.Local), new(0, DateTimeKind.Utc),
        ];
        DateTimeOffset[] moments =
        [
            default, DateTimeOffset.MaxValue, new(2026, 8, 1, 0, 0, 0, TimeSpan.FromHours(14)),
            new(2026, 8, 1, 0, 0, 0, TimeSpan.FromMinutes(-150)), new(1, 1, 1, 14, 0, 0, TimeSpan.FromHours(14)),
        ];

        Assert.All(times, time =>
            Assert.Equal((time.Ticks, time.Kind), (Wire.Pass(time).Ticks, Wire.Pass(time).Kind)));
        Assert.All(moments, moment => Assert.True(moment.EqualsExact(Wire.Pass(moment))));
        Arrive(TimeSpan.MinValue, TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.MaxValue);
        Arrive(DateOnly.MinValue, new DateOnly(2026, 8, 1), DateOnly.MaxValue);
        Arrive(TimeOnly.MinValue, new TimeOnly(23, 59), TimeOnly.MaxValue);
    }

    [Fact]
    public void Texts_arrive_whatever_their_length_and_script()
    {
        Arrive(
            "", "a", "\0", "日本語", "🚀", "é", new string('x', 42), new string('x', 43), new string('日', 42),
            new string('日', 43), new string('ß', 100_000));
        Assert.Null(Wire.Pass<string?>(null));
    }

    [Fact]
    public void A_text_with_half_a_character_is_refused_and_leaves_the_buffer_as_it_was()
    {
        var message = Assert.Throws<ArgumentException>(() => Wire.Write("\ud83d")).Message;
        Assert.Throws<ArgumentException>(() => Wire.Write(new string('x', 100) + "\ude80"));
        using var buffer = new WireBuffer();
        var writer = new WireWriter(buffer);
        writer.WriteByte(7);
        try
        {
            CodecCatalog.Of<string[]>().Write(ref writer, ["fine", "\ud83d"]);
        }
        catch (ArgumentException)
        {
            writer.WriteByte(8);
        }

        Assert.Contains("half a surrogate pair", message, StringComparison.Ordinal);
        Assert.Equal([7, 8], buffer.Array[..buffer.Length]);
    }

    [Fact]
    public void Identifiers_and_addresses_arrive()
    {
        Arrive(Guid.Empty, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        Arrive(new Version(1, 2), new Version(1, 2, 3, 4));
        Arrive(default, IdSpan.Create(""), IdSpan.Create("a/b"));
        Arrive(default, GrainType.Create("worker"));
        Arrive(default, GrainId.Create("worker", "a/b"));
        Assert.Null(Wire.Pass<Uri?>(null));
        foreach (var uri in new[] { new Uri("https://host/a b?q=%20"), new Uri("/path", UriKind.Relative) })
        {
            Assert.Equal((uri, uri.OriginalString), (Wire.Pass(uri), Wire.Pass(uri).OriginalString));
        }
    }

    [Fact]
    public void Enums_arrive_by_value_even_one_without_a_name()
    {
        Arrive(Small.One, default, (Small)255);
        Arrive(Signed.Minus, (Signed)short.MinValue);
        Arrive(Huge.Most, (Huge)5);
    }

    [Fact]
    public void What_may_be_missing_arrives_present_and_missing()
    {
        Arrive<int?>(null, 0, -5);
        Arrive<Guid?>(null, Guid.Empty);
        Arrive<DateTimeOffset?>(null, DateTimeOffset.UnixEpoch);
        Arrive<Small?>(null, Small.One);
        Arrive<(int, string)?>(null, (1, "a"));
    }

    [Fact]
    public void What_the_engine_says_arrives()
    {
        var tick = new TickStatus(new DateTime(1, DateTimeKind.Utc), TimeSpan.FromMinutes(1), new DateTime(2));
        var reason = new DeactivationReason(
            DeactivationReasonCode.ApplicationError, new InvalidOperationException("Broken."), "Text");

        Assert.Equal(tick, Wire.Pass(tick));
        Assert.Equal("Text", Wire.Pass(reason).Description);
        Assert.Equal(DeactivationReasonCode.ApplicationError, Wire.Pass(reason).ReasonCode);
        Assert.Equal("System.InvalidOperationException: Broken.", Wire.Pass(reason).Exception?.Message);
        Assert.Null(Wire.Pass(new DeactivationReason(DeactivationReasonCode.None, "")).Exception);
    }

    [Fact]
    public void Arguments_and_the_lack_of_a_result_arrive()
    {
        Arrive(ValueTuple.Create());
        Arrive(new Nothing());
        Arrive(ValueTuple.Create<string?>(null), ValueTuple.Create<string?>("a"));
        Arrive((1, 2L), (0, 0L));
        Arrive((1, "b", true, 4.0, 5m, '6', (7, "eight")));
        Arrive(KeyValuePair.Create("key", 1), KeyValuePair.Create("", 0));
    }

    private static void Arrive<T>(params T[] values) =>
        Assert.All(values, value => Assert.Equal(value, Wire.Pass(value)));
}
