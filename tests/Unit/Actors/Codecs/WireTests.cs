using Sluice.Actors.Codecs;
using Xunit;

namespace Sluice.Unit.Actors.Codecs;

/// <summary>What frames are made of, and the buffer below.</summary>
public sealed class WireTests
{
    [GenerateSerializer]
    internal sealed record Asked([property: Id(0)] AskedToo? Other);

    [GenerateSerializer]
    internal sealed record AskedToo([property: Id(0)] Asked? Other);

    [Fact]
    public void Everything_written_is_read_in_its_order()
    {
        using var buffer = new WireBuffer();
        var writer = new WireWriter(buffer);
        writer.WriteByte(255);
        writer.WriteVarint(0);
        writer.WriteVarint(127);
        writer.WriteVarint(128);
        writer.WriteVarint(ulong.MaxValue);
        writer.WriteSignedVarint(long.MinValue);
        writer.WriteFixed32(0xdeadbeef);
        writer.WriteFixed64(ulong.MaxValue - 1);
        writer.WriteText(null);
        writer.WriteText("");
        writer.WriteText("日本語");
        writer.WriteBytes([1, 2, 3]);

        var reader = new WireReader(buffer.Array.AsSpan(0, buffer.Length));

        Assert.Equal(255, reader.ReadByte());
        Assert.Equal(0UL, reader.ReadVarint());
        Assert.Equal(127UL, reader.ReadVarint());
        Assert.Equal(128UL, reader.ReadVarint());
        Assert.Equal(ulong.MaxValue, reader.ReadVarint());
        Assert.Equal(long.MinValue, reader.ReadSignedVarint());
        Assert.Equal(0xdeadbeef, reader.ReadFixed32());
        Assert.Equal(ulong.MaxValue - 1, reader.ReadFixed64());
        Assert.Null(reader.ReadText());
        Assert.Equal("", reader.ReadText());
        Assert.Equal("日本語", reader.ReadText());
        Assert.Equal([1, 2, 3], reader.ReadBytes().ToArray());
        Assert.Equal((buffer.Length, 0), (reader.Position, reader.Remaining));
    }

    [Fact]
    public void A_varint_of_more_than_64_bits_is_malformed() =>
        Assert.Throws<MalformedPayloadException>(() =>
        {
            new WireReader([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]).ReadVarint();
        });

    [Fact]
    public void A_text_longer_than_what_is_left_is_malformed() =>
        Assert.Throws<MalformedPayloadException>(() =>
        {
            new WireReader([3, (byte)'a']).ReadText();
        });

    [Fact]
    public void A_buffer_grows_and_keeps_what_it_holds_and_is_empty_after_it_was_cleared()
    {
        using var buffer = new WireBuffer();
        var expected = new List<byte>();
        for (var i = 0; i < 3_000; i++)
        {
            new WireWriter(buffer).WriteFixed32((uint)i);
            expected.AddRange(BitConverter.GetBytes((uint)i));
        }

        Assert.Equal(expected, buffer.Array[..buffer.Length]);
        buffer.Clear();
        Assert.Equal(0, buffer.Length);
        new WireWriter(buffer).WriteByte(9);
        Assert.Equal([9], buffer.Array[..buffer.Length]);
    }

    [Fact]
    public void A_buffer_gives_a_large_array_back_and_can_be_used_again()
    {
        using var buffer = new WireBuffer();
        var writer = new WireWriter(buffer);
        writer.WriteBytes(new byte[1 << 20]);
        buffer.Clear();

        Assert.Empty(buffer.Array);
        buffer.GetSpan(3)[0] = 5;
        buffer.Advance(1);
        buffer.Dispose();
        buffer.Dispose();
        writer.WriteByte(6);
        Assert.Equal([6], buffer.Array[..buffer.Length]);
    }

    [Fact]
    public void A_buffer_that_would_not_fit_an_array_is_refused()
    {
        using var buffer = new WireBuffer();
        buffer.GetSpan(1);
        buffer.Advance(1);

        Assert.Throws<InvalidOperationException>(() => buffer.EnsureFree(int.MaxValue));
    }

    /// <summary>From many threads, and from both ends of a circle of types at once.</summary>
    [Fact]
    public async Task A_codec_is_made_once_whoever_asks_first()
    {
        using var start = new Barrier(8);
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return i % 2 == 0
                    ? (CodecCatalog.Of<Asked>(), CodecCatalog.Of<AskedToo>())
                    : Turned(CodecCatalog.Of<AskedToo>(), CodecCatalog.Of<Asked>());
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.Single(asked.Distinct());
        Assert.Equal(new Asked(new AskedToo(null)), Wire.Pass(new Asked(new AskedToo(null))));
    }

    private static (Codec<Asked> First, Codec<AskedToo> Second) Turned(Codec<AskedToo> second, Codec<Asked> first) =>
        (first, second);
}
