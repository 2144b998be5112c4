using System.Collections.Immutable;
using System.Numerics;
using Sluice.Actors.Codecs;
using Xunit;

namespace Sluice.Unit.Actors.Codecs;

/// <summary>Neighbouring versions understand each other, the older the newer as well.</summary>
public sealed class VersionTests
{
    [GenerateSerializer]
    internal sealed record OrderV1
    {
        [Id(1)] public required int Amount { get; init; }

        [Id(3)] public string Name { get; init; } = "";
    }

    [GenerateSerializer]
    internal sealed record OrderV2
    {
        [Id(0)] public Guid Before { get; init; }

        [Id(1)] public required long Amount { get; init; }

        [Id(2)] public LineV2[] Lines { get; init; } = [];

        [Id(3)] public string Name { get; init; } = "";

        [Id(4)] public Dictionary<string, LineV2?>? ByName { get; init; }

        [Id(5)] public double Weight { get; init; }

        [Id(6)] public float Size { get; init; } = 2.5f;

        [Id(7)] public string Currency { get; init; } = "EUR";

        [Id(8)] public ulong?[] Marks { get; init; } = [];
    }

    [GenerateSerializer]
    internal readonly record struct LineV1([property: Id(0)] string Name);

    [GenerateSerializer]
    internal sealed record LineV2(
        [property: Id(0)] string Name, [property: Id(5)] LineV2? Next = null, [property: Id(6)] int Size = 9);

    [GenerateSerializer]
    internal sealed record BasketV1([property: Id(0)] ImmutableArray<OrderV1> Orders, [property: Id(1)] LineV1 Line);

    [GenerateSerializer]
    internal sealed record BasketV2([property: Id(0)] ImmutableArray<OrderV2> Orders, [property: Id(1)] LineV2 Line);

    private static readonly OrderV2 Newer = new()
    {
        Before = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        Amount = 12,
        Lines = [new LineV2("a", new LineV2("b"))],
        Name = "order",
        ByName = new() { ["x"] = null, ["y"] = new LineV2("c") },
        Weight = 1.5,
        Size = 0,
        Currency = "",
        Marks = [1, null, ulong.MaxValue],
    };

    [Fact]
    public void An_older_reader_skips_what_it_has_never_heard_of_whatever_its_shape() =>
        Assert.Equal(new OrderV1 { Amount = 12, Name = "order" }, Wire.Pass<OrderV2, OrderV1>(Newer));

    [Fact]
    public void A_newer_reader_keeps_its_own_defaults_for_what_is_missing()
    {
        var read = Wire.Pass<OrderV1, OrderV2>(new OrderV1 { Amount = -3, Name = "o" });

        Assert.Equal((-3, "o", "EUR", 2.5f), (read.Amount, read.Name, read.Currency, read.Size));
        Assert.Empty(read.Lines);
        Assert.Null(read.ByName);
    }

    [Fact]
    public void Versions_meet_within_others_and_within_collections()
    {
        var read = Wire.Pass<BasketV2, BasketV1>(new BasketV2([Newer, Newer], new LineV2("l", new LineV2("m"))));
        var back = Wire.Pass<BasketV1, BasketV2>(new BasketV1([new OrderV1 { Amount = 7 }], new LineV1("l")));

        Assert.Equal([12, 12], read.Orders.Select(order => order.Amount));
        Assert.Equal("l", read.Line.Name);
        Assert.Equal([7L], back.Orders.Select(order => order.Amount));
        Assert.Equal(new LineV2("l"), back.Line);
    }

    [Fact]
    public void Arguments_may_be_added_and_dropped_at_the_end()
    {
        Assert.Equal((1, null), Wire.Pass<ValueTuple<int>, (int, string?)>(ValueTuple.Create(1)));
        Assert.Equal(1, Wire.Pass<(int, string?), ValueTuple<int>>((1, "dropped")).Item1);
        Assert.Equal(ValueTuple.Create(), Wire.Pass<(int, string), ValueTuple>((1, "dropped")));
    }

    [Fact]
    public void A_number_becomes_any_type_that_has_it()
    {
        Assert.Equal(-5L, Wire.Pass<int, long>(-5));
        Assert.Equal(-5, Wire.Pass<long, sbyte>(-5));
        Assert.Equal(200, Wire.Pass<byte, int>(200));
        Assert.Equal(200, Wire.Pass<ulong, byte>(200));
        Assert.Equal(ulong.MaxValue, Wire.Pass<ulong, UInt128>(ulong.MaxValue));
        Assert.Equal(long.MinValue, Wire.Pass<long, Int128>(long.MinValue));
        Assert.Equal(-1, Wire.Pass<Int128, BigInteger>(-1));
        Assert.Equal(BigInteger.One << 100, Wire.Pass<UInt128, BigInteger>(UInt128.One << 100));
        Assert.Equal(UInt128.MaxValue, Wire.Pass<BigInteger, UInt128>((BigInteger.One << 128) - 1));
        Assert.Equal(DayOfWeek.Friday, Wire.Pass<int, DayOfWeek>(5));
        Assert.Equal(5, Wire.Pass<int, int?>(5));
        Assert.Equal(5, Wire.Pass<int?, int>(5));
        Assert.Equal(1.5, Wire.Pass<float, double>(1.5f));
        Assert.Equal(1.5f, Wire.Pass<double, float>(1.5));
        Assert.Equal((Half)1.5, Wire.Pass<double, Half>(1.5));
        Assert.True(float.IsNaN(Wire.Pass<double, float>(double.NaN)));
    }

    [Fact]
    public void A_number_that_the_type_has_not_is_malformed()
    {
        Refused<long, int>(1L << 31);
        Refused<int, byte>(256);
        Refused<int, byte>(-1);
        Refused<int, uint>(-1);
        Refused<long, ulong>(-1);
        Refused<ulong, long>(1UL << 63);
        Refused<int, bool>(2);
        Refused<int, char>(-1);
        Refused<long, UInt128>(-1);
        Refused<Int128, UInt128>(-1);
        Refused<UInt128, Int128>(UInt128.MaxValue);
        Refused<BigInteger, Int128>(BigInteger.One << 127);
        Refused<double, float>(0.1);
        Refused<double, float>(1e300);
        Refused<float, Half>(0.1f);
        Refused<long, DateOnly>(-1);
        Refused<long, DateOnly>(DateOnly.MaxValue.DayNumber + 1);
        Refused<long, TimeOnly>(TimeSpan.TicksPerDay);
    }

    [Fact]
    public void A_value_of_another_shape_is_malformed()
    {
        Refused<string, int>("1");
        Refused<int, string>(1);
        Refused<int[], int>([1]);
        Refused<int, int[]>(1);
        Refused<double, long>(1);
        Refused<float, DateTime>(1);
        Refused<int?, int>(null);
        Refused<string?, Guid>("00112233");
        Refused<string?[], int[]>([null]);
        Refused<(int, string), OrderV1>((1, "a"));
        Refused<string, OrderV1>("a");
        Refused<OrderV1, string>(new OrderV1 { Amount = 1 });
        Refused<OrderV1?, LineV1>(null);
        Refused<string, Version>("one");
        Refused<string, Uri>("x://y");
        Refused<string, byte[][]>("a");
    }

    private static void Refused<TFrom, TTo>(TFrom value) =>
        Assert.Throws<MalformedPayloadException>(() => Wire.Pass<TFrom, TTo>(value));
}
