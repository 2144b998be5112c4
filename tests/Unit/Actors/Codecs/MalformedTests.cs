using Sluice.Actors.Codecs;
using Xunit;

namespace Sluice.Unit.Actors.Codecs;

/// <summary>Whatever comes in is read, or refused with a sentence; it is never believed.</summary>
public sealed class MalformedTests
{
    [GenerateSerializer]
    internal sealed record Node([property: Id(0)] Node? Next, [property: Id(1)] int Number);

    [GenerateSerializer]
    internal sealed record Tree([property: Id(0)] Tree?[] Children);

    [GenerateSerializer]
    internal sealed record Positive
    {
        [Id(0)] public int Number
        {
            get;
            init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
        }
    }

    [GenerateSerializer]
    internal sealed class Named
    {
        internal Named(string name) => Name = name ?? throw new ArgumentNullException(nameof(name));

        [Id(0)] public string Name { get; }
    }

    [Theory]
    [InlineData("", "0 are left")]
    [InlineData("00", "0 are left")]
    [InlineData("00 80", "0 are left")]
    [InlineData("05", "cannot begin with 5")]
    [InlineData("08 00", "cannot begin with 8")]
    [InlineData("00 00 00", "1 bytes follow that belong to nothing")]
    [InlineData("00 80 00", "longer than it need be")]
    [InlineData("00 FF FF FF FF FF FF FF FF FF 04", "more bits than any type")]
    [InlineData("00 FF FF FF FF FF FF FF FF FF 80", "more bits than any type")]
    [InlineData("00 FF FF FF FF FF FF FF FF FF 02", "a negative number does not fit 64 bits")]
    [InlineData("00 FE FF FF FF FF FF FF FF FF 02", "does not fit 64 bits with a sign")]
    [InlineData("07", "of kind Null cannot become System.Int64")]
    public void A_number_that_is_none_is_malformed(string payload, string reason) => Refused<long>(payload, reason);

    [Theory]
    [InlineData("03 02 61", "2 bytes are wanted and 1 are left")]
    [InlineData("03 FF FF FF FF FF FF FF FF FF 01", "are left")]
    [InlineData("03 01 FF", "not UTF-8")]
    [InlineData("03 03 ED A0 80", "not UTF-8")]
    [InlineData("03 02 C0 80", "not UTF-8")]
    public void A_text_that_is_none_is_malformed(string payload, string reason) => Refused<string>(payload, reason);

    [Theory]
    [InlineData("06 80 80 80 80 20 00", "a list of 1073741824 elements was promised and 1 bytes are left")]
    [InlineData("06 F8 FF FF FF FF FF FF FF FF 01", "elements was promised")]
    [InlineData("06 0D", "a list of ends")]
    [InlineData("06 0F 0F 00", "cannot begin with 15")]
    [InlineData("06 0A 00 00 00 00 00 00 00", "elements was promised")]
    public void A_list_that_is_none_is_malformed(string payload, string reason) => Refused<long[]>(payload, reason);

    [Theory]
    [InlineData("04 08 02 08 02 05", "field 1 comes after field 1")]
    [InlineData("04 08 02 07 05", "field 0 comes after field 1")]
    [InlineData("04 20 02 18 02 05", "field 3 comes after field 4")]
    [InlineData("04 0D", "13 is no head of a field")]
    [InlineData("04 80 80 80 80 10 00 05", "4294967296 is no head of a field")]
    [InlineData("04 08 02", "0 are left")]
    [InlineData("04 13 05 00", "5 bytes are wanted")]
    public void An_object_that_is_none_is_malformed(string payload, string reason) => Refused<Node>(payload, reason);

    /// <summary>What is skipped is checked as well, or two readers would disagree on where it ends.</summary>
    [Theory]
    [InlineData("04 10 80 00 05", "longer than it need be")]
    [InlineData("04 14 08 02 08 02 05 05", "field 1 comes after field 1")]
    [InlineData("04 16 0F 05 05", "cannot begin with 5")]
    [InlineData("04 16 F8 FF 01 00 05", "elements was promised")]
    public void A_field_that_nobody_knows_is_malformed_all_the_same(string payload, string reason) =>
        Refused<Node>(payload, reason);

    [Fact]
    public void Values_that_no_type_has_are_malformed()
    {
        Refused<DateTime>("02 00 00 00 00 00 00 00 C0", "is no System.DateTime");
        Refused<DateTime>("02 FF FF FF FF FF FF FF 3F", "is no System.DateTime");
        Refused<DateTimeOffset>("03 0A 00 00 00 00 00 00 00 00 FF FF", "these 10 bytes are no System.DateTimeOffset");
        Refused<DateTimeOffset>("03 0A 00 00 00 00 00 00 00 01 49 03", "these 10 bytes are no System.DateTimeOffset");
        Refused<DateTimeOffset>("03 0A FF FF FF FF FF FF FF FF 00 00", "these 10 bytes are no System.DateTimeOffset");
        Refused<decimal>("03 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 1D 00", "these 16 bytes are no");
        Refused<decimal>("03 10 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00", "these 16 bytes are no");
        Refused<Guid>("03 0F 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", "these 15 bytes are no System.Guid");
        Refused<Int128>("03 00", "0 bytes are no System.Int128");
        Refused<Uri>("03 01 78", "a text of 1 characters is no System.Uri");
    }

    [Fact]
    public void What_nests_too_deep_is_malformed_known_or_not()
    {
        var known = string.Concat(Enumerable.Repeat("04", 40)) + string.Concat(Enumerable.Repeat("05", 40));
        var unknown = "04 14" + string.Concat(Enumerable.Repeat("04", 100_000));
        var lists = "04 16" + string.Concat(Enumerable.Repeat("0F06", 100_000));

        Refused<Node>(known, "nest too deep");
        Refused<Node>(unknown, "nest too deep");
        Refused<Node>(lists, "nest too deep");
    }

    [Fact]
    public void What_a_message_itself_refuses_is_malformed()
    {
        Refused<Positive>("04 00 01 05", "refused a value");
        Refused<Named>("04 05", "refused a value");
        Refused<Named>("04 07 05", "refused a value");
        Assert.Equal(1, Wire.Pass(new Positive { Number = 1 }).Number);
        Assert.Equal("", Wire.Pass(new Named("")).Name);
    }

    /// <summary>Guards against lists in lists that each promise as many elements as there are bytes.</summary>
    [Fact]
    public void All_lists_together_promise_no_more_elements_than_there_are_bytes()
    {
        const int Length = 100_000;
        var payload = new byte[Length];
        ReadOnlySpan<byte> level = [0x04, 0x06, 0x87, 0xB5, 0x18]; // A tree of 50 000, some of which may be null.
        for (var at = 0; at < 16 * level.Length; at += level.Length)
        {
            level.CopyTo(payload.AsSpan(at));
        }

        Assert.Empty(Wire.Pass(new Tree([])).Children);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<MalformedPayloadException>(() => Wire.Read<Tree>(payload));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * Length);
    }

    private static void Refused<T>(string payload, string reason)
    {
        var bytes = Convert.FromHexString(payload.Replace(" ", "", StringComparison.Ordinal));

        var exception = Assert.Throws<MalformedPayloadException>(() => Wire.Read<T>(bytes));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }
}
