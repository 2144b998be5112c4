using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;
using Xunit;

namespace Sluice.Unit.Grains.Usage;

/// <summary>Guards bills and counts when an edge is killed before it told the log what had ended.</summary>
public sealed class UnloggedTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly GrainWorld _world = new();
    private long _lastReport;

    public UnloggedTests() => _world.Run(() => _world.Usage.OpenSessionAsync(1, default));

    private IClientUsage Client => _world.Silo.Client.GetGrain<IClientUsage>(GrainWorld.ClientId);

    [Fact]
    public void Ended_calls_of_an_edge_that_tells_the_log_no_more_are_logged_as_they_ended()
    {
        CreateClient();
        Ask(4);
        Complete(new Completion(new RequestId(1, 4), CompletionOutcome.Dispatched)
        {
            InputTokens = 7, OutputTokens = 11, Certainty = UsageCertainty.Reported, LogBatch = 1,
        });

        Pass(seconds: 20);

        var logged = Assert.Single(_world.Usage.Lost);
        Assert.Equal(new RequestId(1, 4), logged.RequestId);
        Assert.Equal((UsageOutcome.Used, 1L, 7L, 11L),
            (logged.Outcome, logged.Requests, logged.InputTokens, logged.OutputTokens));
        Assert.Equal(("m", 1, GrainWorld.Tenant, "gold", 1L),
            (logged.Model, logged.KeyVersion, logged.Tenant, logged.Plan, logged.Epoch));
    }

    [Fact]
    public void Nothing_is_logged_in_place_of_an_edge_that_goes_on_telling()
    {
        CreateClient();
        for (var sequence = 1; sequence <= 30; sequence++)
        {
            Ask(sequence);
            Complete(Ended(sequence, batch: sequence));
            _world.Advance(Second);
            Report(sequence - 1); // One batch behind, for half a minute.
        }

        Report(30);
        Pass(seconds: 20);

        Assert.Empty(_world.Usage.Lost);
    }

    [Fact]
    public void An_edge_that_tells_seldom_is_not_silent()
    {
        CreateClient();
        Ask(1);
        Complete(Ended(1, batch: 10));
        for (var batch = 1; batch < 10; batch++)
        {
            Pass(seconds: 10);
            Report(batch);
        }

        Assert.Empty(_world.Usage.Lost);
    }

    [Fact]
    public void What_is_charged_nothing_or_kept_by_no_edge_is_not_logged()
    {
        CreateClient();
        Ask(1);
        Ask(2);
        Complete(
            Ended(1, batch: 1) with { Outcome = CompletionOutcome.NotDispatched },
            Ended(2, batch: 0),
            Ended(3, batch: 1)); // Of which nobody ever asked.

        Pass(seconds: 60);

        Assert.Empty(_world.Usage.Lost);
    }

    [Fact]
    public void A_log_that_was_away_does_not_make_edges_silent()
    {
        CreateClient();
        Ask(1);
        Complete(Ended(1, batch: 1));
        Pass(seconds: 5);
        _world.Usage.Failure = new TimeoutException();
        Pass(seconds: 60);
        _world.Usage.Failure = null;
        Pass(seconds: 5);
        Assert.Empty(_world.Usage.Lost);

        Report(1);
        Pass(seconds: 60);

        Assert.Empty(_world.Usage.Lost);
    }

    [Fact]
    public void A_chunk_that_came_back_is_logged_as_far_as_it_was_spent()
    {
        _world.CreateClient(GrainWorld.Quota(1_000_000), GrainWorld.Rate(1_000_000));
        var chunk = Chunk();
        _world.Run(async () =>
        {
            await _world.Admission.Complete(new CompletionBatch
            {
                Completions = [],
                Returned = [new ReturnedChunk(1, chunk.Number, [.. chunk.Requests.Select(_ => 12L)])
                {
                    UpToSequence = 300,
                }],
            });
            return true;
        });
        Report(1, completeThrough: 299);
        Pass(seconds: 20);

        var logged = Assert.Single(_world.Usage.Lost, one => one.RequestId.Sequence < 0);
        Assert.Equal((new RequestId(1, -chunk.Number), 12L), (logged.RequestId, logged.Requests));
    }

    [Fact]
    public void A_call_that_an_edge_left_out_of_a_report_is_logged_as_reserved_when_the_edge_is_gone()
    {
        _world.CreateClient(GrainWorld.Slots(10));
        Ask(1);
        Ask(2);
        _world.Run(() => _world.Admission.Report(
            new LiveRequests { EdgeSession = 1, UpToSequence = 1, Sequences = [], Epoch = 1, LogBatch = 3 }));
        _world.Run(() => _world.Admission.Report(
            new LiveRequests { EdgeSession = 1, UpToSequence = 2, Sequences = [], Epoch = 1, LogBatch = 4 }));
        Report(3);
        Pass(seconds: 20);

        var logged = Assert.Single(_world.Usage.Lost);
        Assert.Equal((new RequestId(1, 2), UsageOutcome.EdgeLost), (logged.RequestId, logged.Outcome));
    }

    [Fact]
    public void A_count_is_not_lowered_by_what_a_killed_edge_had_not_logged()
    {
        CreateClient();
        _world.Run(() => _world.Usage.OpenSessionAsync(2, default));
        for (var sequence = 1; sequence <= 5; sequence++)
        {
            Ask(sequence);
            Complete(Ended(sequence, batch: 1));
        }

        _world.Run(() => Client.Reconcile(after: 0));
        var reply = new ReconcileReply();
        for (var second = 0; second < 180 && reply.State is not ReconcileState.Done; second++)
        {
            _world.Run(() => _world.Usage.AppendAsync(
                new UsageBatch { EdgeSession = 2, Number = second + 1, Events = [] }, default));
            _world.Advance(Second);
            reply = _world.Run(() => Client.Reconcile(after: 0))!;
        }

        Assert.Equal(ReconcileState.Done, reply.State);
        Assert.Equal(5, _world.InspectQuota().Used);
        Assert.Equal(5, _world.Usage.Lost.Length);
    }

    [Fact]
    public void A_count_is_not_lowered_by_what_a_killed_edge_had_no_room_for()
    {
        CreateClient();
        Ask(1);
        Complete(Ended(1, batch: -1));

        _world.Run(() => Client.Reconcile(after: 0));
        Pass(seconds: 200);

        Assert.Equal(ReconcileState.Incomplete, _world.Run(() => Client.Reconcile(after: 0))!.State);
        Assert.Equal(1, _world.InspectQuota().Used);
    }

    [Fact]
    public void An_owner_that_stops_logs_what_its_edges_may_not_have_told()
    {
        CreateClient();
        Ask(1);
        Complete(Ended(1, batch: 1));
        var counted = _world.InspectQuota().Used;

        _world.Restart();

        Assert.Equal(new RequestId(1, 1), Assert.Single(_world.Usage.Lost).RequestId);
        Assert.Equal(counted, _world.InspectQuota().Used);
    }

    private static Completion Ended(long sequence, long batch) =>
        new(new RequestId(1, sequence), CompletionOutcome.Dispatched) { LogBatch = batch };

    /// <summary>In steps: a timer of a grain that has fired is due again only after its turn.</summary>
    private void Pass(int seconds)
    {
        for (; seconds > 0; seconds--)
        {
            _world.Advance(Second);
        }
    }

    private void CreateClient() => _world.CreateClient(GrainWorld.Quota(1_000));

    private void Ask(long sequence) =>
        Assert.Equal(Verdict.Admitted, _world.AskTwice(GrainWorld.RequestOf(sequence)).Verdict);

    private void Complete(params Completion[] completions) => _world.Run(async () =>
    {
        await _world.Admission.Complete(new CompletionBatch { Completions = completions });
        return true;
    });

    /// <summary>The edge of session 1 tells the log, in order up to this batch.</summary>
    private void Report(long batch, long completeThrough = 0)
    {
        while (_lastReport < batch)
        {
            _world.Run(() => _world.Usage.AppendAsync(
                new UsageBatch
                {
                    EdgeSession = 1, Number = ++_lastReport, Events = [], CompleteThrough = completeThrough,
                },
                default));
        }
    }

    private ChunkGrant Chunk()
    {
        for (var ask = 1; ask <= 3; ask++)
        {
            if (_world.AskTwice(GrainWorld.RequestOf(ask) with { ChunkDemand = 40 }).Chunk is { } chunk)
            {
                return chunk;
            }

            _world.AdmitMany(60); // So that more is stored ahead.
        }

        Assert.Fail("No chunk was granted.");
        return null;
    }
}
