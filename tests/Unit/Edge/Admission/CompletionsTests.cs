using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

public sealed class CompletionsTests
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly FakeCluster _cluster = new();
    private readonly LiveCalls _live = new();
    private readonly ManualTime _time = new();
    private readonly Completions _completions;

    public CompletionsTests() =>
        _completions = new Completions(_cluster, _live, _time, NullLogger<Completions>.Instance);

    [Theory]
    [InlineData(true, CompletionOutcome.Dispatched)]
    [InlineData(false, CompletionOutcome.NotDispatched)]
    public async Task The_end_of_a_call_is_told_with_whether_a_pool_saw_it(bool dispatched, CompletionOutcome outcome)
    {
        var call = LiveCall();
        call.Dispatched = dispatched;

        _completions.Post(call);

        Assert.Equal([new Completion(call.RequestId, outcome)], (await Heard()).Completions);
        await Eventually.True(() => _live.Count == 0, "the call is no longer live");
    }

    [Fact]
    public async Task A_grain_that_cannot_hear_is_told_again_until_it_does()
    {
        var call = LiveCall();
        _cluster.Client.OnComplete = () => Task.FromException(new TimeoutException());
        _completions.Post(call);
        await Heard();
        await Retry();
        await Heard();
        Assert.Equal(1, _live.Count);

        _cluster.Client.OnComplete = () => Task.CompletedTask;
        await Retry();

        Assert.Equal(call.RequestId, (await Heard()).Completions[0].RequestId);
        await Eventually.True(() => _live.Count == 0, "the call is no longer live");
        Assert.False(_cluster.Client.Completes.Reader.TryRead(out _));
    }

    /// <summary>Guards "everything that is taken expires": nobody hears of a slot that expired long ago.</summary>
    [Fact]
    public async Task After_a_hundred_tries_the_slot_is_left_to_expire()
    {
        _cluster.Client.OnComplete = () => Task.FromException(new TimeoutException());
        _completions.Post(LiveCall());
        await Heard();

        for (var attempt = 2; attempt <= 100; attempt++)
        {
            Assert.Equal(1, _live.Count);
            await Retry();
            await Heard();
        }

        await Eventually.True(() => _live.Count == 0, "the call is no longer live");
        Assert.Equal(0, _time.ArmedTimers);
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
        _time.Advance(RetryDelay);
    }
}
