using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;
using Xunit;

namespace Sluice.Unit.Grains.Usage;

/// <summary>Guards counts after a crash: they come down to what was used, and never below what may have been.</summary>
public sealed class ReconcilingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly GrainWorld _world = new();
    private readonly DateTimeOffset _begun;
    private long _lastReport;

    public ReconcilingTests()
    {
        _begun = _world.UtcNow;
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.Run(() => _world.Usage.OpenSessionAsync(1, default));
    }

    private long Used => _world.InspectQuota().Used;

    [Fact]
    public void After_a_crash_a_count_comes_down_to_what_the_log_shows_once_every_edge_has_told()
    {
        CallsThatEnd(5);
        _world.Crash();
        Assert.InRange(Used, 6, 20);

        _world.Advance(2 * Second);
        Report(completeThrough: 5, Events(1, 5));
        _world.Advance(2 * Second);
        Assert.InRange(Used, 6, 20); // That one may have been under way when the owner began.
        Report(completeThrough: 5);
        _world.Advance(2 * Second);

        Assert.Equal(5, Used);
        Assert.Equal(1_000 - 5, _world.AdmitMany(2_000));
    }

    [Fact]
    public void A_call_that_still_runs_at_its_edge_is_waited_for()
    {
        CallsThatEnd(4);
        Assert.Equal(1, _world.AdmitMany(1));
        _world.Crash();
        var counted = Used;
        _world.Advance(2 * Second);
        Report(completeThrough: 4, Events(1, 4));
        Report(completeThrough: 4);
        Report(completeThrough: 4);

        _world.Advance(20 * Second);
        Assert.Equal(counted, Used);

        Report(completeThrough: 5, Events(5, 1));
        _world.Advance(2 * Second);
        Assert.Equal(5, Used);
    }

    [Fact]
    public void An_edge_that_went_with_its_silo_is_not_counted_low_and_operators_are_told()
    {
        CallsThatEnd(5);
        _world.Run(() => _world.Usage.OpenSessionAsync(2, default));
        Report(completeThrough: 5, Events(1, 5));
        _world.Crash();
        var counted = Used;
        _world.Advance(2 * Second);
        for (var minute = 0; minute < 4; minute++)
        {
            Report(completeThrough: 5);
            _world.Advance(60 * Second);
        }

        var reply = _world.Run(() => Client.Reconcile(after: 0))!;

        Assert.Equal((ReconcileState.Incomplete, counted), (reply.State, Used));
        Assert.Equal([2], reply.Awaiting);
        Assert.Equal(0, Assert.Single(reply.Quotas).Changed);
    }

    [Fact]
    public void What_the_log_shows_and_the_count_does_not_is_added_on_demand()
    {
        CallsThatEnd(3);
        Report(completeThrough: 3, Events(1, 3 + 4));
        var before = _world.Run(() => Client.Reconcile(long.MaxValue))!;
        Assert.Equal((ReconcileState.Waiting, 0), (before.State, before.Number));

        _world.Advance(2 * Second);
        Report(completeThrough: 7);
        Report(completeThrough: 7);
        _world.Advance(2 * Second);

        var reply = _world.Run(() => Client.Reconcile(before.Number))!;
        Assert.Equal(ReconcileState.Done, reply.State);
        Assert.Equal([new ReconciledQuota("monthly", 3, 7, 4)], reply.Quotas);
        Assert.Equal(7, Used);
    }

    [Fact]
    public void Calls_that_go_on_meanwhile_are_neither_lost_nor_counted_twice()
    {
        CallsThatEnd(5);
        _world.Crash();
        Assert.InRange(Used, 6, 20);
        _world.Advance(2 * Second);
        Assert.Equal(3, _world.AdmitMany(3));
        Report(completeThrough: 5, Events(1, 5));
        Report(completeThrough: 5, Events(6, 3, epoch: 2, after: 2 * Second));
        _world.Advance(Second);
        Assert.Equal(2, _world.AdmitMany(2));

        Assert.Equal(5 + 3 + 2, Used);
    }

    [Fact]
    public void After_a_clean_stop_nothing_is_compared_and_after_a_crash_of_the_log_it_is_tried_again()
    {
        CallsThatEnd(5);
        _world.Restart();
        Assert.Equal((5, 0), (Used, _world.Run(() => Client.Reconcile(after: -1))!.Number));

        _world.Crash();
        _world.Usage.Failure = new TimeoutException();
        _world.Advance(3 * Second);
        Assert.InRange(Used, 6, 30);
        _world.Usage.Failure = null;
        _world.Advance(2 * Second);
        Report(completeThrough: 5, Events(1, 5));
        Report(completeThrough: 5);
        _world.Advance(2 * Second);

        Assert.Equal(5, Used);
    }

    private IClientUsage Client => _world.Silo.Client.GetGrain<IClientUsage>(GrainWorld.ClientId);

    private void CallsThatEnd(int count)
    {
        Assert.Equal(count, _world.AdmitMany(count));
        _world.Run(async () =>
        {
            await _world.Admission.Complete(new CompletionBatch
            {
                Completions =
                [
                    .. Enumerable.Range(1, count).Select(sequence => new Completion(
                        new RequestId(1, sequence), CompletionOutcome.Dispatched)),
                ],
            });
            return true;
        });
    }

    /// <summary>The edge of session 1 tells the log.</summary>
    private void Report(long completeThrough, params UsageEvent[] events) =>
        _world.Run(() => _world.Usage.AppendAsync(
            new UsageBatch
            {
                EdgeSession = 1, Number = ++_lastReport, Events = events, CompleteThrough = completeThrough,
                LastSequence = 5,
            },
            default));

    private UsageEvent[] Events(int first, int count, long epoch = 1, TimeSpan after = default) =>
    [
        .. Enumerable.Range(first, count).Select(sequence => new UsageEvent
        {
            RequestId = new RequestId(1, sequence), ClientId = GrainWorld.ClientId, Model = "m",
            AdmittedAt = _begun + after, EndedAt = _world.UtcNow, Outcome = UsageOutcome.Used, Epoch = epoch,
            Requests = 1,
        }),
    ];
}
