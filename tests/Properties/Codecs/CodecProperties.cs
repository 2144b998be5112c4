using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Actors.Codecs;
using Xunit;

namespace Sluice.Properties.Codecs;

/// <summary>What holds for every message, whoever reads it.</summary>
public sealed class CodecProperties
{
    private static readonly Gen<int> Seeds = Gen.Choose(0, int.MaxValue - 1);

    [Fact]
    public void A_message_arrives_as_it_was_sent() => Law.Holds(Seeds, seed =>
    {
        var sent = new Dice(seed).Message();

        Assert.Equal(Shown.Of(sent), Shown.Of(Wire.Read<Message>(Wire.Write(sent))));
    });

    /// <summary>Guards against a reader that stops short of, or goes beyond, what it does not know.</summary>
    [Fact]
    public void A_reader_that_knows_nothing_of_a_message_ends_where_the_message_ends() => Law.Holds(Seeds, seed =>
    {
        var sent = new Dice(seed).Message();
        var between = Wire.Write((Before: seed, sent, After: seed));

        var read = Wire.Read<(int? Before, ValueTuple Unknown, int? After)>(between);

        Assert.Equal((seed, seed), (read.Before, read.After));
        Assert.Equal(ValueTuple.Create(), Wire.Read<ValueTuple>(between));
    });

    [Fact]
    public void An_older_reader_reads_all_that_it_knows_and_keeps_its_own_defaults() => Law.Holds(Seeds, seed =>
    {
        var sent = new Dice(seed).Message();

        Assert.Equal(Shown.Of(Aged(sent)), Shown.Of(Wire.Read<OldMessage>(Wire.Write(sent))));
    });

    [Fact]
    public void A_newer_reader_reads_all_that_an_older_writer_knew() => Law.Holds(Seeds, seed =>
    {
        var sent = Aged(new Dice(seed).Message());

        var read = Wire.Read<Message>(Wire.Write(sent));

        Assert.Equal(Shown.Of(sent), Shown.Of(Aged(read)));
        Assert.Equal(("", 0), (read.Text, read.Messages.Length));
    });

    /// <summary>Against plain arithmetic: a number is read as a type exactly if the type has it.</summary>
    [Fact]
    public void A_number_is_read_by_exactly_the_types_that_have_it() => Law.Holds(Seeds, seed =>
    {
        var number = new Dice(seed).Long();
        var payload = Wire.Write(number);
        var unsigned = Wire.Write((ulong)number);
        var wide = Wire.Write((Int128)number << 7);

        ReadAs<sbyte>(payload, number, sbyte.MinValue, sbyte.MaxValue);
        ReadAs<byte>(payload, number, byte.MinValue, byte.MaxValue);
        ReadAs<short>(payload, number, short.MinValue, short.MaxValue);
        ReadAs<ushort>(payload, number, ushort.MinValue, ushort.MaxValue);
        ReadAs<int>(payload, number, int.MinValue, int.MaxValue);
        ReadAs<uint>(payload, number, uint.MinValue, uint.MaxValue);
        ReadAs<long>(unsigned, (ulong)number, long.MinValue, long.MaxValue);
        ReadAs<ulong>(payload, number, ulong.MinValue, ulong.MaxValue);
        ReadAs<UInt128>(payload, number, 0, UInt128.MaxValue);
        ReadAs<UInt128>(wide, (Int128)number << 7, 0, UInt128.MaxValue);
        ReadAs<BigInteger>(wide, (Int128)number << 7, Int128.MinValue, Int128.MaxValue);
        ReadAs<Int128>(unsigned, (ulong)number, Int128.MinValue, Int128.MaxValue);
    });

    /// <summary>What an older reader makes of a message.</summary>
    private static OldMessage Aged(Message message) => new()
    {
        Long = message.Long,
        Int = message.Int,
        Double = message.Double,
        Single = message.Single,
        Moment = message.Moment,
        Wide = message.Wide,
        Maybe = message.Maybe,
        Pairs = [.. message.Pairs.Select(pair => new OldPair(pair.Right))],
        Inner = message.Inner is null ? null : Aged(message.Inner),
        Version = message.Version,
    };

    private static void ReadAs<T>(byte[] payload, BigInteger number, BigInteger least, BigInteger most)
        where T : INumber<T>
    {
        if (number >= least && number <= most)
        {
            Assert.Equal(number, BigInteger.CreateChecked(Wire.Read<T>(payload)));
        }
        else
        {
            Assert.Throws<MalformedPayloadException>(() => Wire.Read<T>(payload));
        }
    }
}
