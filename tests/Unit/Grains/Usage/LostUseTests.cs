using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Usage;
using Xunit;

namespace Sluice.Unit.Grains.Usage;

/// <summary>Guards bills and counts when an edge is gone with what it held.</summary>
public sealed class LostUseTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);

    private readonly GrainWorld _world = new();

    [Fact]
    public void A_call_that_nobody_renews_is_logged_as_it_was_reserved()
    {
        _world.CreateClient(
            GrainWorld.Quota(1_000),
            GrainWorld.Quota(100_000, "tokens") with { Unit = LimitUnit.TotalTokens });
        var admitted = _world.AskTwice(GrainWorld.RequestOf(4) with { InputUpper = 30, OutputCap = 200 });

        _world.Advance(Ttl);
        _world.Admit();

        var lost = Assert.Single(_world.Usage.Lost);
        Assert.Equal(new RequestId(1, 4), lost.RequestId);
        Assert.Equal((UsageOutcome.EdgeLost, 1L, 30L, 200L),
            (lost.Outcome, lost.Requests, lost.InputTokens, lost.OutputTokens));
        Assert.Equal(("m", 1, GrainWorld.Tenant, "gold"), (lost.Model, lost.KeyVersion, lost.Tenant, lost.Plan));
        Assert.Equal((admitted.AdmittedAt, admitted.Epoch), (lost.AdmittedAt, lost.Epoch));
    }

    [Fact]
    public void A_call_that_ends_or_that_its_edge_leaves_out_of_a_report_is_not_lost()
    {
        _world.CreateClient(GrainWorld.Slots(10));
        _world.Admit(1, _world.Silo);
        _world.Admit(2, _world.Silo);
        _world.Run(() => _world.Admission.Report(
            new LiveRequests { EdgeSession = 1, UpToSequence = 2, Sequences = [2], Epoch = 1, Admitted = [2] }));
        _world.Run(async () =>
        {
            await _world.Admission.Complete(new CompletionBatch
            {
                Completions = [new Completion(new RequestId(1, 2), CompletionOutcome.Dispatched)],
            });
            return true;
        });

        _world.Advance(Ttl);
        _world.Admit(3, _world.Silo);

        Assert.Empty(_world.Usage.Lost);
    }

    [Fact]
    public void While_the_log_is_away_what_was_lost_is_kept_and_written_when_it_is_back()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.Admit(1, _world.Silo);
        _world.Usage.Failure = new TimeoutException();
        _world.Advance(Ttl);
        _world.Admit(2, _world.Silo);
        Assert.Empty(_world.Usage.Lost);

        _world.Usage.Failure = null;
        _world.Admit(3, _world.Silo);

        Assert.Equal(new RequestId(1, 1), Assert.Single(_world.Usage.Lost).RequestId);
    }

    [Fact]
    public void A_chunk_that_nobody_returns_is_logged_with_all_that_was_granted()
    {
        _world.CreateClient(GrainWorld.Quota(1_000_000), GrainWorld.Rate(1_000_000));
        for (var ask = 1; ask <= 3 && _world.Usage.Lost.Length == 0; ask++)
        {
            var reply = _world.AskTwice(GrainWorld.RequestOf(ask) with { ChunkDemand = 40 });
            if (reply.Chunk is { } chunk)
            {
                _world.Advance(TimeSpan.FromSeconds(1));
                _world.Admit(9, _world.Silo);
                var lost = Assert.Single(_world.Usage.Lost);
                Assert.Equal(new RequestId(1, -chunk.Number), lost.RequestId);
                Assert.Equal((chunk.Requests[0], reply.AdmittedAt), (lost.Requests, lost.AdmittedAt));
                return;
            }

            _world.AdmitMany(60); // So that more is stored ahead.
        }

        Assert.Fail("No chunk was granted.");
    }

    [Fact]
    public void An_answer_says_what_a_call_is_logged_with_and_a_repeat_says_when_it_was_admitted()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.Done(() => _world.PlanGrain("gold").Replace(
            GrainWorld.PlanOf("gold", GrainWorld.Quota(1_000)) with { Metered = true }));
        var first = _world.Admit(1, _world.Silo);
        _world.Advance(TimeSpan.FromSeconds(1));
        var again = _world.Admit(1, _world.Silo);

        Assert.Equal(
            new UsageTerms { Tenant = GrainWorld.Tenant, Plan = "gold", Metered = true, Role = "user" }, first.Usage);
        Assert.Equal(first.AdmittedAt, again.AdmittedAt);
        Assert.Equal(_world.UtcNow - TimeSpan.FromSeconds(1), first.AdmittedAt);
    }
}
