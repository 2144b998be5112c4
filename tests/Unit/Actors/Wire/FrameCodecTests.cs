using System.Net.Sockets;
using Sluice.Actors.Codecs;
using Sluice.Actors.Wire;
using Xunit;

namespace Sluice.Unit.Actors.Wire;

/// <summary>What travels beside payloads: failures, request contexts, lengths.</summary>
public sealed class FrameCodecTests
{
    [Fact]
    public void A_failure_arrives_as_its_type_with_its_message_and_where_it_was_thrown()
    {
        var arrived = Assert.IsType<FormatException>(Through(Thrown(new FormatException("no number"))));

        Assert.Equal("no number", arrived.Message);
        Assert.Contains(nameof(Thrown), arrived.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_nobody_named_is_never_made()
    {
        var arrived = Through(new SocketException(5));

        Assert.Equal(typeof(OrleansException), arrived.GetType());
        Assert.Contains(nameof(SocketException), arrived.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_of_a_known_assembly_arrive_as_what_they_are_and_those_that_cannot_be_made_as_text()
    {
        ExceptionCodec.Learn(typeof(KnownException).Assembly);

        Assert.IsType<KnownException>(Through(new KnownException("x")));
        Assert.Contains("PickyException: x", Through(new PickyException(1)).Message, StringComparison.Ordinal);
        Assert.Contains("that failed with", Through(new MuteException()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_travels_with_its_stack_or_without()
    {
        var failure = Thrown(new TimeoutException("late"));

        Assert.Contains(nameof(Thrown), Through(failure).StackTrace, StringComparison.Ordinal);
        var bare = Through(failure, withStack: false);
        Assert.Equal("late", Assert.IsType<TimeoutException>(bare).Message);
        Assert.Null(bare.StackTrace);
    }

    [Fact]
    public void A_stale_state_is_not_the_callers()
    {
        var arrived = Assert.IsType<InconsistentStateException>(Through(new InconsistentStateException("stale")));

        Assert.False(arrived.IsSourceActivation);
    }

    [Fact]
    public void A_context_of_plain_values_travels()
    {
        var id = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        var context = new Dictionary<string, object> { ["a"] = "x", ["b"] = 5, ["c"] = -5L, ["d"] = true, ["e"] = id };
        using var buffer = new WireBuffer();
        var writer = new WireWriter(buffer);
        ContextCodec.Write(ref writer, context);
        var reader = new WireReader(buffer.Array.AsSpan(0, buffer.Length));

        var arrived = ContextCodec.Read(ref reader);

        Assert.Equal(["x", 5L, -5L, true, id], arrived.Values);
    }

    [Fact]
    public void A_context_of_other_values_does_not() => Assert.Contains(
        "under 'a'",
        Assert.Throws<NotSupportedException>(() =>
        {
            using var buffer = new WireBuffer();
            var writer = new WireWriter(buffer);
            ContextCodec.Write(ref writer, new Dictionary<string, object> { ["a"] = 1.5 });
        }).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 64, 0 })]
    [InlineData(new byte[] { 255, 255, 255, 255 })]
    public void A_frame_that_is_empty_or_too_long_is_malformed_by_its_length_alone(byte[] prefix) =>
        Assert.Throws<MalformedPayloadException>(() => Frames.ReadLength(prefix));

    [Fact]
    public void The_longest_frame_is_read() => Assert.Equal(Frames.MostBytes, Frames.ReadLength([0, 0, 64, 0]));

    private static Exception Through(Exception failure, bool withStack = true)
    {
        using var buffer = new WireBuffer();
        var writer = new WireWriter(buffer);
        ExceptionCodec.Write(ref writer, failure, withStack);
        var reader = new WireReader(buffer.Array.AsSpan(0, buffer.Length));
        return ExceptionCodec.Read(ref reader);
    }

    private static Exception Thrown(Exception failure)
    {
        try
        {
            throw failure;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private sealed class KnownException(string message) : Exception(message);

    private sealed class PickyException : Exception
    {
        public PickyException(int number)
            : base("x") => Number = number;

        public PickyException(string message)
            : this(int.Parse(message, System.Globalization.CultureInfo.InvariantCulture))
        {
        }

        public int Number { get; }
    }

    private sealed class MuteException : Exception
    {
        public override string Message => throw new InvalidOperationException("mute");
    }
}
