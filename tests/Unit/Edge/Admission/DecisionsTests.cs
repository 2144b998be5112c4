using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Estimates;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

public sealed class DecisionsTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly AdmitReply Pending = new(Verdict.Pending, Pause, default, null, TimeSpan.Zero, 1);

    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly ModelCall _call = Some.Call(sequence: 4);
    private readonly LiveCalls _live = new();
    private readonly Completions _completions;
    private readonly ClientChunks _chunks;
    private readonly Decisions _decisions;

    public DecisionsTests()
    {
        var options = Options.Create(new EdgeOptions
        {
            DecisionTimeout = TimeSpan.FromSeconds(3), ChunksFromRequestsPerSecond = 0,
        });
        _completions = new Completions(_cluster, _live, options, _time, NullLogger<Completions>.Instance);
        _chunks = new ClientChunks(_cluster, options, _time, NullLogger<ClientChunks>.Instance);
        _decisions = Some.Decisions(_cluster, _completions, _chunks, _live, options, _time);
    }

    public void Dispose()
    {
        _completions.Dispose();
        _chunks.Dispose();
    }

    [Theory]
    [InlineData(Verdict.Admitted)]
    [InlineData(Verdict.RateLimited)]
    [InlineData(Verdict.UnknownKey)]
    public async Task A_decision_is_asked_for_once(Verdict verdict)
    {
        var decided = FakeClient.Admitted with { Verdict = verdict };
        _cluster.Client.OnAdmit = _ => Task.FromResult(decided);

        Assert.Equal(decided, await Ask());

        var asked = Assert.Single(_cluster.Client.Admits);
        Assert.Equal((_call.RequestId, 1, "m"), (asked.RequestId, asked.KeyVersion, asked.Model));
        Assert.Same(_call.Caller.SecretDigest, asked.SecretDigest);
    }

    [Fact]
    public async Task The_grain_is_told_what_the_call_costs_at_most()
    {
        _call.Body = _call.Body with { Input = new InputEstimate(1_234, 2, 30), OutputCap = 400 };

        await Ask();

        var asked = Assert.Single(_cluster.Client.Admits);
        Assert.Equal((1_234, 400, 2, 30), (asked.InputUpper, asked.OutputCap, asked.Images, asked.Pages));
    }

    /// <summary>Guards busy clients: what the grain lets be held goes along with the next request.</summary>
    [Fact]
    public async Task Ends_of_calls_that_are_held_go_along_and_are_heard_with_the_answer()
    {
        _cluster.Client.OnAdmit =
            _ => Task.FromResult(FakeClient.Admitted with { CompleteWithin = TimeSpan.FromMilliseconds(10) });
        await Ask();
        var ended = Ended();

        await Ask();

        Assert.Equal([Completions.CompletionOf(ended)], _cluster.Client.Admits.Last().Completes);
        Assert.Equal(0, _live.Count);
        await Ask();
        Assert.Empty(_cluster.Client.Admits.Last().Completes);
    }

    /// <summary>Guards a move: what said "pending" may have been an activation that nobody asks any more.</summary>
    [Fact]
    public async Task Ends_that_went_along_with_a_request_that_is_pending_go_along_again()
    {
        _completions.Admitted(Some.ClientId, _time.GetTimestamp(), TimeSpan.FromMilliseconds(10));
        var ended = Ended();
        _cluster.Client.OnAdmit =
            _ => Task.FromResult(_cluster.Client.Admits.Count < 2 ? Pending : FakeClient.Admitted);

        var asking = Ask();
        await AdvanceUntilDone(asking);

        Assert.All(
            _cluster.Client.Admits,
            asked => Assert.Equal(ended.RequestId, Assert.Single(asked.Completes).RequestId));
        Assert.Equal(2, _cluster.Client.Admits.Count);
        Assert.Equal(0, _live.Count);
    }

    /// <summary>Guards their slots: they were on a request that nobody may have heard.</summary>
    [Fact]
    public async Task Ends_that_went_along_with_a_request_that_failed_are_told_again()
    {
        _completions.Admitted(Some.ClientId, _time.GetTimestamp(), TimeSpan.FromMilliseconds(10));
        var ended = Ended();
        _cluster.Client.OnAdmit = _ => Task.FromException<AdmitReply>(new TimeoutException());

        await Assert.ThrowsAsync<TimeoutException>(Ask);
        Assert.Equal(0, _live.Count); // Nothing renews its slot any more.
        await Eventually.True(() => _time.ArmedTimers == 2, "it looks for what is held, and a try is planned");
        _time.Advance(Repeat.PauseMax);

        var told = await _cluster.Client.Completes.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ended.RequestId, Assert.Single(told.Completions).RequestId);
    }

    /// <summary>Guards against counting twice: a repeat names the request by the same id.</summary>
    [Fact]
    public async Task While_room_is_made_the_grain_is_asked_again_for_the_same_request()
    {
        _cluster.Client.OnAdmit =
            _ => Task.FromResult(_cluster.Client.Admits.Count < 3 ? Pending : FakeClient.Admitted);
        var asking = Ask();

        await AdvanceUntilDone(asking);

        Assert.Equal(Verdict.Admitted, (await asking).Verdict);
        Assert.Equal(2 * Pause, _time.GetElapsedTime(0));
        Assert.Equal(Enumerable.Repeat(_call.RequestId, 3), _cluster.Client.Admits.Select(asked => asked.RequestId));
    }

    [Fact]
    public async Task What_stays_pending_is_given_up_at_the_time_out()
    {
        _cluster.Client.OnAdmit = _ => Task.FromResult(Pending);
        var asking = Ask();

        await AdvanceUntilDone(asking);

        Assert.Equal(Verdict.Pending, (await asking).Verdict);

        // Pauses of 5 ms, doubled with every fourth up to 100 ms; another one would be too long.
        Assert.Equal(TimeSpan.FromMilliseconds((4 * (5 + 10 + 20 + 40 + 80)) + (23 * 100)), _time.GetElapsedTime(0));
        Assert.Equal(20 + 23 + 1, _cluster.Client.Admits.Count);
    }

    /// <summary>Guards the setting's promise: a grain that cannot begin must not hold the request longer.</summary>
    [Fact]
    public async Task A_grain_that_does_not_answer_is_given_up_at_the_time_out()
    {
        _cluster.Client.OnAdmit = _ => new TaskCompletionSource<AdmitReply>().Task;
        var asking = Ask();

        _time.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        Assert.False(asking.IsCompleted);

        _time.Advance(TimeSpan.FromTicks(1));
        await Eventually.True(() => asking.IsCompleted, "it is given up");
        await Assert.ThrowsAsync<TimeoutException>(() => asking);
    }

    [Fact]
    public async Task A_client_that_hangs_up_while_room_is_made_is_not_asked_for_again()
    {
        _cluster.Client.OnAdmit = _ => Task.FromResult(Pending);
        using var client = new CancellationTokenSource();
        var asking = _decisions.AskAsync(_call, client.Token).AsTask();

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.Within());
        Assert.Single(_cluster.Client.Admits);
    }

    /// <summary>
    /// P6. Guards requests while silos are replaced or killed: they wait, and count once wherever the grain is.
    /// </summary>
    [Theory]
    [InlineData(typeof(SiloUnavailableException))]
    [InlineData(typeof(OrleansMessageRejectionException))]
    public async Task A_grain_that_cannot_be_reached_is_asked_again_for_the_same_request(Type trouble)
    {
        _cluster.Client.OnAdmit = _ => _cluster.Client.Admits.Count < 5
            ? Task.FromException<AdmitReply>(Trouble(trouble))
            : Task.FromResult(FakeClient.Admitted);
        var asking = Ask();

        await AdvanceUntilDone(asking);

        Assert.Equal(Verdict.Admitted, (await asking).Verdict);
        Assert.Equal(Enumerable.Repeat(_call.RequestId, 5), _cluster.Client.Admits.Select(asked => asked.RequestId));
        Assert.InRange(_time.GetElapsedTime(0).TotalMilliseconds, (10 + 20 + 40 + 80) / 2, 10 + 20 + 40 + 80 + 4 * 5);
    }

    [Fact]
    public async Task While_no_silo_is_known_the_request_waits_for_one()
    {
        _cluster.Failure = new SiloUnavailableException();
        var asking = Ask();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(asking.IsCompleted);

        _cluster.Failure = null;
        await AdvanceUntilDone(asking);

        Assert.Equal(Verdict.Admitted, (await asking).Verdict);
        Assert.NotNull(_call.Grain);
    }

    [Fact]
    public async Task A_grain_that_stays_out_of_reach_is_given_up_at_the_time_out()
    {
        _cluster.Client.OnAdmit = _ => Task.FromException<AdmitReply>(new SiloUnavailableException());
        var asking = Ask();

        await AdvanceUntilDone(asking);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => asking);
        Assert.InRange(
            _time.GetElapsedTime(0), TimeSpan.FromSeconds(3) - Repeat.PauseMax, TimeSpan.FromSeconds(3));
        Assert.InRange(_cluster.Client.Admits.Count, 14, 28); // The first five in 300 ms, then four to eight a second.
    }

    /// <summary>Guards a grain that has too much to do, and callers that an error would keep waiting.</summary>
    [Theory]
    [InlineData(typeof(LimitExceededException))]
    [InlineData(typeof(OrleansException))]
    [InlineData(typeof(TimeoutException))]
    [InlineData(typeof(InvalidOperationException))]
    public async Task Any_other_trouble_is_told_at_once(Type trouble)
    {
        _cluster.Client.OnAdmit = _ => Task.FromException<AdmitReply>(Trouble(trouble));

        await Assert.ThrowsAsync(trouble, () => Ask().Within());

        Assert.Single(_cluster.Client.Admits);
    }

    /// <summary>Guards slots: what is asked for after the call was completed would be freed by nobody.</summary>
    [Fact]
    public async Task A_request_that_was_given_up_is_not_asked_for_again()
    {
        var lost = new TaskCompletionSource<AdmitReply>();
        _cluster.Client.OnAdmit = _ => lost.Task;
        var asking = Ask();
        _time.Advance(TimeSpan.FromSeconds(3));
        await Eventually.True(() => asking.IsCompleted, "it is given up");
        await Assert.ThrowsAsync<TimeoutException>(() => asking);

        lost.SetException(new SiloUnavailableException());
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Single(_cluster.Client.Admits);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task A_client_that_hangs_up_while_the_grain_is_away_is_not_asked_for_again()
    {
        _cluster.Client.OnAdmit = _ => Task.FromException<AdmitReply>(new SiloUnavailableException());
        using var client = new CancellationTokenSource();
        var asking = _decisions.AskAsync(_call, client.Token).AsTask();

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.Within());
        Assert.Single(_cluster.Client.Admits);
    }

    private static Exception Trouble(Type type) => type == typeof(OrleansMessageRejectionException)
        ? new OrleansMessageRejectionException("Turned away.")
        : (Exception)Activator.CreateInstance(type)!;

    private Task<AdmitReply> Ask() => _decisions.AskAsync(_call, CancellationToken.None).AsTask();

    private ModelCall Ended()
    {
        var call = Some.Call(sequence: 3);
        _live.Add(call);
        _completions.Post(call);
        return call;
    }

    private async Task AdvanceUntilDone(Task task)
    {
        while (true)
        {
            await Eventually.True(() => task.IsCompleted || _time.ArmedTimers > 0, "the grain is asked again");
            if (task.IsCompleted)
            {
                return;
            }

            _time.Advance(Pause);
        }
    }
}
