using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Actors.Codecs;
using Xunit;

namespace Sluice.Properties.Codecs;

/// <summary>
/// Whatever arrives is read or refused: with one kind of exception, without allocating more than a multiple of its
/// length, and what was read can be sent on.
/// </summary>
public sealed class FuzzProperties
{
    /// <summary>A byte can become an empty message, and that is as large as its members are many.</summary>
    private const int AllocatedMostForEachByte = 400;

    /// <summary>What an exception takes, and its stack trace.</summary>
    private const int AllocatedMostAnyway = 50_000;

    private static readonly Gen<int> Seeds = Gen.Choose(0, int.MaxValue - 1);

    [Fact]
    public void Random_bytes_are_read_or_refused() =>
        Law.Holds(Seeds, seed => ReadOrRefused(new Dice(seed).Bytes(60)), tests: 1_000);

    /// <summary>Bytes that look like heads and counts get further than random ones.</summary>
    [Fact]
    public void Bytes_that_look_like_a_payload_are_read_or_refused() => Law.Holds(Seeds, seed =>
    {
        var dice = new Dice(seed);
        byte[] likely = [0, 1, 2, 3, 4, 4, 4, 5, 5, 6, 6, 7, 8, 11, 12, 14, 15, 16, 23, 31, 36, 38, 0x80, 0xff];

        ReadOrRefused([4, .. Enumerable.Range(0, dice.Up(40)).Select(_ => likely[dice.Up(likely.Length - 1)])]);
    }, tests: 1_000);

    [Fact]
    public void A_payload_that_is_cut_off_is_refused() => Law.Holds(Seeds, seed =>
    {
        var dice = new Dice(seed);
        var payload = Wire.Write(dice.Message());

        var cut = payload.AsSpan(0, dice.Up(payload.Length - 1)).ToArray();

        Assert.False(ReadOrRefused<Message>(cut));
        ReadOrRefused(cut);
    }, tests: 1_000);

    [Fact]
    public void A_payload_with_bits_turned_is_read_or_refused() => Law.Holds(Seeds, seed =>
    {
        var dice = new Dice(seed);
        var payload = Wire.Write(dice.Message());
        for (var turned = dice.Up(3); turned >= 0; turned--)
        {
            payload[dice.Up(payload.Length - 1)] ^= (byte)(1 << dice.Up(7));
        }

        ReadOrRefused(payload);
    }, tests: 1_000);

    [Fact]
    public void Payloads_cut_and_joined_are_read_or_refused() => Law.Holds(Seeds, seed =>
    {
        var dice = new Dice(seed);
        var first = Wire.Write(dice.Message());
        var second = Wire.Write(dice.Message());
        var from = dice.Up(second.Length);

        ReadOrRefused([.. first[..dice.Up(first.Length)], .. second[from..], .. first[dice.Up(first.Length)..]]);
    }, tests: 1_000);

    /// <summary>Guards against a reader that is given the payload of another call.</summary>
    [Fact]
    public void A_message_is_read_or_refused_as_any_other_type() => Law.Holds(Seeds, seed =>
    {
        var dice = new Dice(seed);
        var payload = Wire.Write(dice.Message());

        ReadOrRefused(payload);
        ReadOrRefused(Wire.Write(dice.Pair()));
        ReadOrRefused(Wire.Write((dice.Long(), dice.Text(), dice.Bytes(20))));
        ReadOrRefused(Wire.Write<string?[]>([dice.TextOrNull(), dice.TextOrNull()]));
    }, tests: 1_000);

    private static void ReadOrRefused(byte[] payload)
    {
        ReadOrRefused<Message>(payload);
        ReadOrRefused<OldMessage>(payload);
        ReadOrRefused<Message[]>(payload);
        ReadOrRefused<ValueTuple>(payload);
        ReadOrRefused<(long?, string, byte[], HashSet<Pair>)>(payload);
        ReadOrRefused<string>(payload);
        ReadOrRefused<ImmutableSortedSet<decimal>>(payload);
        ReadOrRefused<Dictionary<Guid, TickStatus?>>(payload);
    }

    private static bool ReadOrRefused<T>(byte[] payload)
    {
        var codec = CodecCatalog.Of<T>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = false;
        T value = default!;
        try
        {
            var reader = new WireReader(payload);
            value = codec.Read(ref reader);
            reader.RequireEnd();
            read = true;
        }
        catch (MalformedPayloadException)
        {
            Assert.False(read);
        }

        var most = AllocatedMostAnyway + (long)AllocatedMostForEachByte * payload.Length;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, most);
        if (read)
        {
            Assert.Equal(Shown.Of(value), Shown.Of(Wire.Read<T>(Wire.Write(value))));
        }

        return read;
    }
}
