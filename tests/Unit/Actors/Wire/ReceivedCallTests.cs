using Sluice.Actors.Codecs;
using Sluice.Actors.Wire;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors.Wire;

/// <summary>Calls that came by a connection: each runs once at most, and not at all when nobody waits for it.</summary>
public sealed class ReceivedCallTests : IAsyncDisposable
{
    private readonly Line _line = new();

    public ValueTask DisposeAsync() => _line.DisposeAsync();

    [Fact]
    public async Task A_call_runs_and_is_answered()
    {
        await _line.CallAsync(65536, "Do", "a", "x");

        var (correlation, result) = ResultOf(await _line.ReadAsync(FrameKind.Result));
        Assert.Equal((65536, "a did x"), (correlation, result));
    }

    [Fact]
    public async Task A_call_that_waits_never_runs_when_its_caller_gave_up()
    {
        _line.World.Journal.Close("held");
        await _line.CallAsync(65536, "Do", "a", "held");
        await _line.CallAsync(65537, "Do", "a", "never");

        await _line.SayAsync(buffer => Frames.WriteCorrelated(buffer, FrameKind.Cancel, 65537));
        _line.World.Open("held");

        Assert.Equal(65536, ResultOf(await _line.ReadAsync(FrameKind.Result)).Correlation);
        Assert.DoesNotContain("a begins never", _line.World.Journal.Entries);
        Assert.Equal(0, _line.World.Host.RemoteWaiting.Count);
    }

    [Fact]
    public async Task Nothing_that_waits_runs_when_the_connection_is_lost_and_what_runs_sees_its_token()
    {
        _line.World.Journal.Close("held", "watched");
        await _line.CallAsync(65536, "Watching", "b", "watched");
        await _line.CallAsync(65537, "Do", "a", "held");
        await _line.CallAsync(65538, "Do", "a", "never");

        _line.Connection.Close(new IOException("The cable was pulled."));
        _line.World.Settle();
        Assert.Contains("b sees the token", _line.World.Journal.Entries);
        _line.World.Open("held");

        Assert.DoesNotContain("a begins never", _line.World.Journal.Entries);
        Assert.Contains("a ends held", _line.World.Journal.Entries);
    }

    [Fact]
    public async Task A_token_that_the_grain_handles_badly_is_no_matter_of_the_connection()
    {
        _line.World.Journal.Close("watched");
        await _line.CallAsync(65536, "Watching", "a", "watched");
        await _line.CallAsync(65537, "Watching", "throwing", "watched");

        await _line.SayAsync(buffer =>
        {
            Frames.WriteCorrelated(buffer, FrameKind.Cancel, 65537);
            Frames.WriteCorrelated(buffer, FrameKind.Cancel, 65536);
        });

        await Eventually.True(() => _line.World.Journal.Entries.Contains("a sees the token"), "The token is seen.");
        await Eventually.True(
            () => _line.World.Log.Errors.Any(text => text.Contains("worker/throwing", StringComparison.Ordinal)),
            "The failure is logged.");
        Assert.False(_line.Connection.IsClosed);
    }

    [Fact]
    public async Task A_deadline_travels_and_the_silo_gives_up_what_could_not_begin_by_then()
    {
        _line.World.Journal.Close("held");
        await _line.CallAsync(65536, "Do", "a", "held");
        await _line.CallAsync(65537, "Do", "a", "never", milliseconds: 500);

        _line.World.Advance(TimeSpan.FromSeconds(1));
        _line.World.Open("held");

        var failure = await _line.ReadAsync(FrameKind.Failure);
        Assert.Equal(65537, Line.CorrelationOf(failure));
        Assert.DoesNotContain("a begins never", _line.World.Journal.Entries);
    }

    [Fact]
    public async Task A_method_that_nobody_here_knows_is_answered_and_the_connection_lives_on()
    {
        await _line.SayAsync(buffer =>
        {
            WriteName(buffer, 0, typeof(IWorker).FullName!, "Invented");
            Line.WriteCall(buffer, 65536, 0, "a", "x");
        });

        var reader = new WireReader(await _line.ReadAsync(FrameKind.Failure));
        Assert.Equal(65536, Frames.ReadCorrelation(ref reader));
        var failure = Assert.IsType<NotSupportedException>(ExceptionCodec.Read(ref reader));
        Assert.Contains("silo 1 (near) does not know", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Invented", failure.Message, StringComparison.Ordinal);
        Assert.False(_line.Connection.IsClosed);
    }

    [Fact]
    public async Task Whether_an_answer_is_wanted_is_what_the_caller_says()
    {
        await _line.CallAsync(65536, "Tell", "a", "x"); // One-way here, and waited for there.
        await _line.CallAsync(0, "Do", "a", "y"); // The other way round.
        await _line.SayAsync(buffer => Frames.WriteCorrelated(buffer, FrameKind.Cancel, 0));

        Assert.Equal(65536, Line.CorrelationOf(await _line.ReadAsync(FrameKind.Result)));
        Assert.Contains("a ends y", _line.World.Journal.Entries);
    }

    [Fact]
    public async Task A_place_that_is_used_again_drops_the_call_that_had_it()
    {
        _line.World.Journal.Close("held");
        await _line.CallAsync(65536, "Do", "a", "held");
        await _line.CallAsync(65537, "Do", "a", "never");
        await _line.CallAsync(65537 + 65536, "Do", "a", "runs");
        _line.World.Open("held");

        Assert.Equal(65536, ResultOf(await _line.ReadAsync(FrameKind.Result)).Correlation);
        Assert.Equal(65537 + 65536, ResultOf(await _line.ReadAsync(FrameKind.Result)).Correlation);
        Assert.DoesNotContain("a begins never", _line.World.Journal.Entries);
    }

    [Fact]
    public async Task A_failure_that_cannot_be_told_as_it_is_is_told_all_the_same()
    {
        await _line.CallAsync(65536, "Fail", "a", "unspeakable");

        var reader = new WireReader(await _line.ReadAsync(FrameKind.Failure));
        Assert.Equal(65536, Frames.ReadCorrelation(ref reader));
        Assert.InRange(ExceptionCodec.Read(ref reader).Message.Length, 1, 20_000);
        Assert.False(_line.Connection.IsClosed);
    }

    [Fact]
    public async Task Kinds_of_a_later_version_are_passed_over()
    {
        await _line.SayAsync(buffer =>
        {
            Frames.WriteCorrelated(buffer, (FrameKind)99, 5);
            Frames.WriteEmpty(buffer, (FrameKind)255);
        });
        await _line.CallAsync(65536, "Do", "a", "x");

        Assert.Equal("a did x", ResultOf(await _line.ReadAsync(FrameKind.Result)).Result);
    }

    private static void WriteName(WireBuffer buffer, int number, string interfaceName, string method)
    {
        var begun = buffer.Length;
        var writer = new WireWriter(buffer);
        writer.WriteFixed32(0);
        writer.WriteByte((byte)FrameKind.Method);
        writer.WriteVarint((ulong)number);
        writer.WriteText(interfaceName);
        writer.WriteText(method);
        buffer.Array[begun] = (byte)(buffer.Length - begun - Frames.LengthBytes);
    }

    private static (long Correlation, string Result) ResultOf(byte[] body)
    {
        var reader = new WireReader(body);
        return (Frames.ReadCorrelation(ref reader), CodecCatalog.Of<string>().Read(ref reader));
    }
}
