using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

public sealed class DecisionsTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly AdmitReply Pending = new(Verdict.Pending, Pause, default, null, TimeSpan.Zero, 1);

    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly ModelCall _call = Some.Call(sequence: 4);
    private readonly Decisions _decisions;

    public DecisionsTests() => _decisions = new Decisions(
        _cluster,
        Options.Create(new EdgeOptions { DecisionTimeout = TimeSpan.FromSeconds(3) }),
        Some.Metrics(),
        _time);

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
        Assert.Equal(TimeSpan.FromSeconds(3) - Pause, _time.GetElapsedTime(0)); // Another pause would be too long.
        Assert.Equal(600, _cluster.Client.Admits.Count);
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
        await Assert.ThrowsAsync<TimeoutException>(() => asking.Within());
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

    private Task<AdmitReply> Ask() => _decisions.AskAsync(_call, CancellationToken.None).AsTask();

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
