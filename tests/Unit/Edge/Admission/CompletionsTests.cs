using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

public sealed class CompletionsTests : IDisposable
{
    private static readonly TimeSpan SlotTtl = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Held = TimeSpan.FromMilliseconds(10);

    private readonly FakeCluster _cluster = new();
    private readonly LiveCalls _live = new();
    private readonly ManualTime _time = new();
    private readonly Completions _completions;

    public CompletionsTests() => _completions = new Completions(
        _cluster, _live, Options.Create(new EdgeOptions { RenewPeriod = RenewPeriod }), _time,
        NullLogger<Completions>.Instance);

    public void Dispose() => _completions.Dispose();

    [Theory]
    [InlineData(true, CompletionOutcome.Dispatched)]
    [InlineData(false, CompletionOutcome.NotDispatched)]
    public async Task The_end_of_a_call_is_told_with_whether_a_pool_saw_it(bool dispatched, CompletionOutcome outcome)
    {
        var call = LiveCall();
        call.Dispatched = dispatched;

        _completions.Post(call);

        var certainty = dispatched ? UsageCertainty.Estimated : UsageCertainty.NothingUsed;
        Assert.Equal([new Completion(call.RequestId, outcome) { Certainty = certainty }], (await Heard()).Completions);
        await Eventually.True(() => _live.Count == 0, "the call is no longer live");
    }

    /// <summary>Guards the slot of a call that ends while its grain moves: it waits for no expiry.</summary>
    [Fact]
    public async Task A_grain_that_cannot_hear_is_told_again_until_it_does()
    {
        var call = LiveCall();
        _cluster.Client.OnComplete = () => Task.FromException(new SiloUnavailableException());
        _completions.Post(call);
        await Heard();
        await Retry();
        await Heard();
        Assert.Equal(0, _live.Count); // Nothing renews its slot, so it is free in time whatever happens.
        while (_cluster.Client.Completes.Reader.TryRead(out var again))
        {
            Assert.Equal(call.RequestId, again.Completions[0].RequestId);
        }

        _cluster.Client.OnComplete = () => Task.CompletedTask;
        await Retry();

        Assert.Equal(call.RequestId, (await Heard()).Completions[0].RequestId);
        await Eventually.True(() => _time.ArmedTimers == 0, "no other try is planned");
        Assert.False(_cluster.Client.Completes.Reader.TryRead(out _));
    }

    [Fact]
    public async Task While_no_silo_is_known_the_end_of_a_call_is_kept()
    {
        _cluster.Failure = new SiloUnavailableException();
        var call = LiveCall();
        _completions.Post(call);
        await Retry();

        _cluster.Failure = null;
        await Retry();

        Assert.Equal(call.RequestId, (await Heard()).Completions[0].RequestId);
    }

    /// <summary>Guards "everything that is taken expires": nobody hears of a slot that expired long ago.</summary>
    [Fact]
    public async Task A_grain_is_told_until_the_slot_has_surely_expired()
    {
        _cluster.Client.OnComplete = () => Task.FromException(new TimeoutException());
        var call = LiveCall();
        call.Decision = FakeClient.Admitted with { SlotTtl = SlotTtl };
        _completions.Post(call);
        var tries = 1;
        await Heard();

        while (_time.ArmedTimers > 0)
        {
            await Retry();
            tries += _cluster.Client.Completes.Reader.TryRead(out _) ? 1 : 0;
        }

        Assert.InRange(
            _time.GetElapsedTime(0), SlotTtl + RenewPeriod, SlotTtl + RenewPeriod + 2 * Repeat.PauseMax);
        Assert.InRange(tries, 90, 200);
        await _completions.StopAsync(CancellationToken.None).Within();
    }

    /// <summary>Guards a grain that is back: it hears in a few calls what ended while it was away.</summary>
    [Fact]
    public async Task What_ended_while_the_grain_was_away_is_told_together()
    {
        _cluster.Client.OnComplete = () => Task.FromException(new SiloUnavailableException());
        var ended = Enumerable.Range(1, 1_500).Select(sequence => Some.Call(sequence: sequence)).ToArray();
        foreach (var call in ended)
        {
            _completions.Post(call);
            await Heard();
        }

        _cluster.Client.OnComplete = () => Task.CompletedTask;
        await Retry();

        Completion[] told = [.. (await Heard()).Completions, .. (await Heard()).Completions];
        Assert.Equal(ended.Select(call => call.RequestId), told.Select(completion => completion.RequestId));
        await _completions.StopAsync(CancellationToken.None).Within();
    }

    [Fact]
    public void What_is_more_than_can_be_kept_is_left_to_expire()
    {
        var settled = 0;
        var untold = new UntoldCompletions(
            _cluster, _time, NullLogger<Completions>.Instance, count => settled += count);
        for (var sequence = 1; sequence <= UntoldCompletions.CountMax; sequence++)
        {
            untold.Add("a", new Completion(Some.RequestId(sequence), CompletionOutcome.Dispatched), SlotTtl);
        }

        Assert.Equal(0, settled);
        untold.Add("b", new Completion(Some.RequestId(), CompletionOutcome.Dispatched), SlotTtl);
        Assert.Equal(1, settled);

        _time.Advance(Repeat.PauseMax); // The first 1 000 are heard, and make room.
        untold.Add("b", new Completion(Some.RequestId(), CompletionOutcome.Dispatched), SlotTtl);
        Assert.True(_cluster["a"].Completes.Reader.Count >= 1);
        Assert.Equal(1, settled % 1_000);
    }

    /// <summary>Guards the pool: a slot freed before the pool has let go is used by a second call there.</summary>
    [Fact]
    public async Task While_the_pool_may_be_at_work_the_call_stays_live_and_nobody_is_told()
    {
        var closed = new TaskCompletionSource();
        var call = LiveCall();
        call.PoolClosed = closed.Task;

        _completions.Post(call);

        Assert.Equal(1, _live.Count);
        Assert.False(_cluster.Client.Completes.Reader.TryRead(out _));

        closed.SetResult();
        await Heard();
        await Eventually.True(() => _live.Count == 0, "the call is no longer live");
    }

    [Fact]
    public async Task An_edge_that_stops_waits_until_every_end_was_heard()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        foreach (var closed in new[] { first, second })
        {
            var call = LiveCall();
            call.PoolClosed = closed.Task;
            _completions.Post(call);
        }

        var stop = _completions.StopAsync(CancellationToken.None);
        first.SetResult();
        await Heard();
        Assert.False(stop.IsCompleted);

        second.SetResult();
        await stop.Within();
        Assert.True(_cluster.Client.Completes.Reader.TryRead(out _));
    }

    [Fact]
    public async Task An_edge_that_stops_waits_for_grains_that_are_away()
    {
        _cluster.Client.OnComplete = () => Task.FromException(new SiloUnavailableException());
        _completions.Post(LiveCall());
        await Heard();
        var stop = _completions.StopAsync(CancellationToken.None);
        await Retry();
        Assert.False(stop.IsCompleted);

        _cluster.Client.OnComplete = () => Task.CompletedTask;
        await Retry();

        await stop.Within();
    }

    [Fact]
    public async Task An_edge_with_nothing_to_tell_stops_at_once()
    {
        _completions.Post(LiveCall());
        await Eventually.True(() => _live.Count == 0, "the call is no longer live");

        await Eventually.True(
            () => _completions.StopAsync(CancellationToken.None).IsCompletedSuccessfully, "it stops at once");
    }

    [Fact]
    public async Task A_stop_does_not_wait_longer_than_its_host_lets_it()
    {
        var call = LiveCall();
        call.PoolClosed = new TaskCompletionSource().Task;
        _completions.Post(call);
        using var patience = new CancellationTokenSource();

        var stop = _completions.StopAsync(patience.Token);
        Assert.False(stop.IsCompleted);
        await patience.CancelAsync();

        await stop.Within();
    }

    /// <summary>Guards busy clients: half their messages are ends of calls.</summary>
    [Fact]
    public void An_end_that_may_be_held_waits_for_the_clients_next_request()
    {
        _completions.Admitted(Some.ClientId, _time.GetTimestamp(), Held);
        var call = LiveCall();

        _completions.Post(call);

        Assert.False(_cluster.Client.Completes.Reader.TryRead(out _));
        Assert.Equal([call], _completions.TakeHeld(Some.ClientId));
        _completions.Heard([call]);
        Assert.Equal(0, _live.Count);
        Assert.Empty(_completions.TakeHeld(Some.ClientId));
    }

    /// <summary>Guards the slot of a client that asks no more: a held end is told in time.</summary>
    [Fact]
    public async Task What_no_request_takes_along_is_told_in_the_time_that_the_grain_allows()
    {
        _completions.Admitted(Some.ClientId, _time.GetTimestamp(), Held);
        _completions.Post(LiveCall());
        _completions.Post(LiveCall());

        _time.Advance(Held);

        Assert.Equal(2, (await Heard()).Completions.Length);
        await Eventually.True(() => _live.Count == 0, "the calls are no longer live");
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task Once_the_time_is_over_or_the_grain_forbids_it_ends_are_told_at_once()
    {
        _completions.Admitted(Some.ClientId, _time.GetTimestamp(), Held);
        _completions.Admitted(Some.ClientId, _time.GetTimestamp(), TimeSpan.Zero);
        _completions.Post(LiveCall());
        Assert.Single((await Heard()).Completions);

        _completions.Admitted(Some.ClientId, _time.GetTimestamp(), Held);
        _time.Advance(Held);
        _completions.Post(LiveCall());
        Assert.Single((await Heard()).Completions);
    }

    /// <summary>Guards a request that fails on its way with ends of other calls on board.</summary>
    [Fact]
    public async Task What_a_lost_request_took_along_is_told_again()
    {
        _completions.Admitted(Some.ClientId, _time.GetTimestamp(), Held);
        var call = LiveCall();
        _completions.Post(call);

        _completions.NotHeard(_completions.TakeHeld(Some.ClientId));
        await Eventually.True(() => _time.ArmedTimers == 2, "it looks for what is held, and another try is planned");
        _time.Advance(Repeat.PauseMax);

        Assert.Equal(call.RequestId, Assert.Single((await Heard()).Completions).RequestId);
    }

    [Fact]
    public async Task An_edge_that_stops_tells_what_it_holds()
    {
        _completions.Admitted(Some.ClientId, _time.GetTimestamp(), Held);
        _completions.Post(LiveCall());

        await _completions.StopAsync(CancellationToken.None).Within();

        Assert.Single((await Heard()).Completions);
        _completions.Post(LiveCall());
        Assert.Single((await Heard()).Completions); // Nothing is held any more.
    }

    private ModelCall LiveCall()
    {
        var call = Some.Call(sequence: _live.Count + 1);
        _live.Add(call);
        return call;
    }

    private Task<CompletionBatch> Heard() => _cluster.Client.Completes.Reader.ReadAsync().AsTask().Within();

    private async Task Retry()
    {
        await Eventually.True(() => _time.ArmedTimers == 1, "another try is planned");
        _time.Advance(Repeat.PauseMax);
    }
}
