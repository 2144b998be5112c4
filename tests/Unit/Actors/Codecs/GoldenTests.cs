using System.Collections.Immutable;
using System.Numerics;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Actors.Codecs;

/// <summary>
/// The format as docs/wire.md tells it, byte for byte. Silos of two versions speak it to each other, so a change here
/// is a fault even when every other test passes.
/// </summary>
public sealed class GoldenTests
{
    [GenerateSerializer]
    internal sealed record Order
    {
        [Id(1)] public required int Amount { get; init; }

        [Id(3)] public string Name { get; init; } = "";

        [Id(16)] public Order? Next { get; init; }
    }

    [Fact]
    public void Whole_numbers()
    {
        Written(0, "00 00");
        Written(1, "00 02");
        Written(-1, "00 01");
        Written(-65, "00 81 01");
        Written(long.MaxValue, "00 FE FF FF FF FF FF FF FF FF 01");
        Written(long.MinValue, "00 FF FF FF FF FF FF FF FF FF 01");
        Written(1UL, "00 02");
        Written(1UL << 63, "00 80 80 80 80 80 80 80 80 80 02");
        Written(ulong.MaxValue, "00 FE FF FF FF FF FF FF FF FF 03");
        Written(true, "00 02");
        Written('a', "00 C2 01");
        Written(Verdict.RateLimited, "00 16");
        Written(TimeSpan.FromMilliseconds(1), "00 A0 9C 01");
        Written(new DateOnly(1, 1, 3), "00 04");
        Written(new TimeOnly(1), "00 02");
        Written<Int128>(-129, "03 02 7F FF");
        Written<UInt128>(255, "03 02 FF 00");
        Written<BigInteger>(0, "03 01 00");
    }

    [Fact]
    public void Values_of_a_fixed_size()
    {
        Written(1.5, "02 00 00 00 00 00 00 F8 3F");
        Written(1.5f, "01 00 00 C0 3F");
        Written((Half)1.5, "01 00 00 C0 3F");
        Written(new DateTime(1, DateTimeKind.Utc), "02 01 00 00 00 00 00 00 40");
        Written(
            new DateTimeOffset(36_000_000_001, TimeSpan.FromHours(1)), "03 0A 01 00 00 00 00 00 00 00 3C 00");
        Written(1.10m, "03 10 6E 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00");
        Written(
            Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
            "03 10 00 11 22 33 44 55 66 77 88 99 AA BB CC DD EE FF");
    }

    [Fact]
    public void Texts_and_bytes()
    {
        Written("aé", "03 03 61 C3 A9");
        Written("", "03 00");
        Written<string?>(null, "07");
        Written<byte[]>([1, 2], "03 02 01 02");
        Written<int?>(null, "07");
        Written<int?>(0, "00 00");
        Written(new Version(1, 2), "03 03 31 2E 32");
        Written(new Uri("ab:c"), "03 05 61 61 62 3A 63");
        Written(GrainId.Create("w", "k"), "04 03 01 77 0B 01 6B 05");
    }

    [Fact]
    public void Lists()
    {
        Written<int[]>([1, -1], "06 10 02 01");
        Written<ImmutableArray<float>>([1.5f], "06 09 00 00 C0 3F");
        Written<string?[]>(["a", null], "06 17 03 01 61 07");
        Written<int[][]>([[1], []], "06 17 06 08 02 06 00");
        Written(new Dictionary<string, int> { ["a"] = 1 }, "06 0C 03 01 61 08 02 05");
        Written<RequestId[]>([new(1, 2)], "06 0C 00 02 08 04 05");
    }

    [Fact]
    public void Objects_and_arguments()
    {
        Written(new Order { Amount = 12, Name = "o" }, "04 08 18 1B 01 6F 05");
        Written(
            new Order { Amount = 0, Name = null!, Next = new Order { Amount = 1 } },
            "04 1F 84 01 08 02 1B 00 05 05");
        Written(ValueTuple.Create(), "04 05");
        Written((7, "x"), "04 00 0E 0B 01 78 05");
        Written(
            new AdmitReply(
                Verdict.Admitted,
                TimeSpan.Zero,
                new LimitStatus("m", 600, 599, TimeSpan.Zero),
                null,
                TimeSpan.FromTicks(150_000_000),
                3),
            "04 00 02 14 03 01 6D 08 B0 09 10 AE 09 05 20 80 C6 86 8F 01 28 06 3C 05 6C 05 05");
    }

    private static void Written<T>(T value, string bytes)
    {
        Assert.Equal(bytes.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(Wire.Write(value)));
        Assert.Equal(Wire.Write(value), Wire.Write(Wire.Read<T>(Wire.Write(value))));
    }
}
