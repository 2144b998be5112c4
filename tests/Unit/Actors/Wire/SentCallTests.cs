using Sluice.Actors.Codecs;
using Sluice.Actors.Membership;
using Sluice.Actors.Wire;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors.Wire;

/// <summary>Calls that went out by a connection: each is answered once, whatever happens to the connection.</summary>
public sealed class SentCallTests : IAsyncDisposable
{
    private readonly Line _line = new();

    public ValueTask DisposeAsync() => _line.DisposeAsync();

    [Fact]
    public async Task A_call_goes_out_once_behind_the_name_of_its_method_and_its_answer_comes_back()
    {
        var call = _line.World.Begin(() => _line.World.Worker("a@").Do("x"));

        Assert.Equal(FrameKind.Method, (await _line.ReadAnyAsync()).Kind);
        var sent = await _line.ReadAsync(FrameKind.Call);
        await _line.SayAsync(buffer => WriteResult(buffer, Line.CorrelationOf(sent), "done"));

        Assert.Equal("done", await call.Within());
        Assert.Equal(0, _line.Connection.Pending);
    }

    [Fact]
    public async Task Calls_fail_at_once_when_the_connection_is_lost_and_are_not_sent_again()
    {
        var calls = Enumerable.Range(0, 50)
            .Select(i => _line.World.Begin(() => _line.World.Worker($"a{i}@").Do("x"))).ToArray();

        _line.Connection.Close(new IOException("The cable was pulled."));

        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Within());
            Assert.Contains("whether it ran is not known", failure.Message, StringComparison.Ordinal);
            Assert.Contains("The cable", failure.InnerException!.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, _line.Connection.Pending);
        World.Failure<SiloUnavailableException>(_line.World.Begin(() => _line.World.Worker("b@").Do("x")));
    }

    [Fact]
    public async Task A_time_out_tells_the_peer_and_an_answer_that_comes_later_is_for_nobody()
    {
        var call = _line.World.Begin(() => _line.World.Worker("a@").Brief("x"));
        var sent = await _line.ReadAsync(FrameKind.Call);

        _line.World.Advance(TimeSpan.FromSeconds(3));
        _line.Connection.Sweep(_line.World.Host.Clock.Now);
        _line.World.Settle();

        World.Failure<TimeoutException>(call);
        Assert.Equal(Line.CorrelationOf(sent), Line.CorrelationOf(await _line.ReadAsync(FrameKind.Cancel)));
        await _line.SayAsync(buffer => WriteResult(buffer, Line.CorrelationOf(sent), "late"));
        Assert.False(_line.Connection.IsClosed);
        Assert.Equal(0, _line.Connection.Pending);
    }

    [Fact]
    public async Task A_caller_that_gives_up_waits_no_longer_and_the_peer_is_told()
    {
        using var giveUp = new CancellationTokenSource();
        var call = _line.World.Begin(() => _line.World.Worker("a@").Watching("x", giveUp.Token));
        var sent = await _line.ReadAsync(FrameKind.Call);

        await giveUp.CancelAsync();
        _line.World.Settle();

        World.Failure<OperationCanceledException>(call);
        Assert.Equal(Line.CorrelationOf(sent), Line.CorrelationOf(await _line.ReadAsync(FrameKind.Cancel)));
    }

    [Fact]
    public async Task What_was_given_up_before_it_was_sent_is_never_sent()
    {
        _line.HeldUp = [];
        using var giveUp = new CancellationTokenSource();
        var call = _line.World.Begin(() => _line.World.Worker("a@").Watching("x", giveUp.Token));
        await giveUp.CancelAsync();

        Assert.True(_line.Connection.TrySend(Assert.Single(_line.HeldUp)));
        _line.Connection.SendPing();

        _line.World.Settle();
        World.Failure<OperationCanceledException>(call);
        Assert.Equal(FrameKind.Ping, (await _line.ReadAnyAsync()).Kind);
    }

    [Fact]
    public async Task A_call_that_moved_may_be_given_up_on_its_next_connection_without_harm_to_others()
    {
        using var giveUp = new CancellationTokenSource();
        await using var other = new Line();
        var moved = _line.World.Begin(() => _line.World.Worker("a@").Watching("x", giveUp.Token));
        var stands = other.World.Begin(() => other.World.Worker("b@").Do("x")); // At the same place, over there.
        var sent = await _line.ReadAsync(FrameKind.Call);
        await _line.SayAsync(buffer => Frames.WriteCorrelated(buffer, FrameKind.Moved, Line.CorrelationOf(sent)));
        var call = Assert.Single(_line.MovedCalls);

        // The connection is set and the correlation is still that of the last one: as a thread may see it.
        call.Connection = other.Connection;
        await giveUp.CancelAsync();
        _line.World.Settle();

        World.Failure<OperationCanceledException>(moved);
        Assert.Equal(1, other.Connection.Pending);
        var there = await other.ReadAsync(FrameKind.Call);
        await other.SayAsync(buffer => WriteResult(buffer, Line.CorrelationOf(there), "done"));
        Assert.Equal("done", await stands.Within());
    }

    [Fact]
    public async Task One_call_too_many_is_refused_at_once_and_leaves_nothing_behind()
    {
        _line.HeldUp = [];
        for (var i = 0; i <= PendingCalls.Most; i++)
        {
            _ = _line.World.Enter(() => _line.World.Worker("a@").Do("x"));
        }

        var last = _line.World.Begin(() => _line.World.Worker("last@").Do("x"));
        Assert.All(_line.HeldUp.SkipLast(2), call => Assert.True(_line.Connection.TrySend(call)));
        Assert.True(_line.Connection.TrySend(_line.HeldUp[^1]));
        _line.World.Settle();

        var refusal = World.Failure<LimitExceededException>(last);
        Assert.Contains("calls open on the connection to silo 2", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(PendingCalls.Most, _line.Connection.Pending);
        await _line.SayAsync(_ => { }); // The bytes before are whole frames.
    }

    [Fact]
    public async Task A_call_that_cannot_be_written_fails_alone()
    {
        var broken = _line.World.Begin(() => _line.World.Worker("a@").Do("half a \ud800 character"));
        var huge = _line.World.Begin(() => _line.World.Worker("a@").Do(new string('x', Frames.MostBytes)));
        var whole = _line.World.Begin(() => _line.World.Worker("a@").Do("x"));

        World.Failure<ArgumentException>(broken);
        var refusal = World.Failure<InvalidOperationException>(huge);
        Assert.Contains("Send it in parts", refusal.Message, StringComparison.Ordinal);
        var sent = await _line.ReadAsync(FrameKind.Call);
        await _line.SayAsync(buffer => WriteResult(buffer, Line.CorrelationOf(sent), "done"));
        Assert.Equal("done", await whole.Within());
        Assert.Equal(0, _line.Connection.Pending);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_read_fails_its_call_and_ends_the_connection()
    {
        var call = _line.World.Begin(() => _line.World.Worker("a@").Do("x"));
        var other = _line.World.Begin(() => _line.World.Worker("b@").Do("x"));
        var sent = await _line.ReadAsync(FrameKind.Call);

        await Assert.ThrowsAnyAsync<IOException>(
            () => _line.SayAsync(buffer => Frames.WriteCorrelated(buffer, FrameKind.Result, Line.CorrelationOf(sent))));

        _line.World.Settle();
        Assert.Contains("cannot be read", World.Failure<OrleansException>(call).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => other.Within());
    }

    [Fact]
    public async Task The_view_goes_before_the_first_call_that_was_sent_by_it()
    {
        _line.View = new ClusterView(7, []);

        _ = _line.World.Begin(() => _line.World.Worker("a@").Do("x"));
        _ = _line.World.Begin(() => _line.World.Worker("b@").Do("x"));

        foreach (var kind in new[] { FrameKind.View, FrameKind.Method, FrameKind.Call, FrameKind.Call })
        {
            Assert.Equal(kind, (await _line.ReadAnyAsync()).Kind);
        }
    }

    [Fact]
    public async Task A_peer_that_never_reads_is_cut_off_at_a_bound()
    {
        await using var line = new Line(most: 1 << 20);
        var text = new string('x', 1 << 20);
        var most = Connection.MostUnsent >> 20;

        var calls = Enumerable.Range(0, most / 2)
            .Select(_ => line.World.Begin(() => line.World.Worker("a@").Do(text))).ToList();
        Assert.False(line.Connection.IsClosed);
        calls.AddRange(Enumerable.Range(0, most * 2 - most / 2)
            .Select(_ => line.World.Begin(() => line.World.Worker("a@").Do(text))));

        var reason = await line.Closed.Task.Within();
        Assert.Contains("does not read", reason!.Message, StringComparison.Ordinal);
        await Task.WhenAll(calls.Select(call => Assert.ThrowsAsync<SiloUnavailableException>(() => call.Within())));
    }

    [Fact]
    public async Task What_was_written_before_a_close_that_waits_is_sent()
    {
        for (var i = 0; i < 50; i++)
        {
            await using var line = new Line();
            line.Connection.SendView(new ClusterView(i + 1, []));
            line.Connection.CloseWhenSent();

            Assert.Equal(FrameKind.View, (await line.ReadAnyAsync()).Kind);
            Assert.Null(await line.Closed.Task.Within());
        }
    }

    private static void WriteResult(WireBuffer buffer, long correlation, string result)
    {
        var begun = buffer.Length;
        var writer = new WireWriter(buffer);
        writer.WriteFixed32(0);
        writer.WriteByte((byte)FrameKind.Result);
        writer.WriteVarint((ulong)correlation);
        CodecCatalog.Of<string>().Write(ref writer, result);
        buffer.Array[begun] = (byte)(buffer.Length - begun - Frames.LengthBytes);
    }
}
