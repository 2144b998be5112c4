using Sluice.Actors.Hosting;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards "never over" for quotas: what is stored is never below what was granted.</summary>
public sealed class QuotaTests
{
    private readonly GrainWorld _world = new();

    private long Reserved => _world.Ledger.ReservedOf(GrainWorld.ClientId, "monthly");

    [Fact]
    public void The_first_block_is_open_before_the_first_request()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));

        Assert.Equal(10, Reserved);
        Assert.Equal((0, 10, 1_000), Counted());
        Assert.Equal(1, _world.AdmitMany(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(300)]
    public void The_last_unit_is_granted_and_not_one_more(int limit)
    {
        _world.CreateClient(GrainWorld.Quota(limit));

        Assert.Equal(limit, _world.AdmitMany(limit + 20));

        var refused = _world.Admit();
        Assert.Equal((Verdict.QuotaExhausted, "monthly"), (refused.Verdict, refused.RefusedBy));
        Assert.Equal(limit, Reserved);
    }

    [Fact]
    public void While_the_ledger_is_slow_the_open_block_is_spent_and_then_requests_wait()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.Ledger.Hold();

        Assert.Equal(10, _world.AdmitMany(15));
        var waiting = _world.Admit(sequence: 99, _world.Silo);
        Assert.Equal((Verdict.Pending, TimeSpan.FromMilliseconds(5)), (waiting.Verdict, waiting.RetryAfter));
        Assert.Equal(10, Reserved);

        _world.Ledger.Release();
        _world.Settle();
        Assert.Equal(Verdict.Admitted, _world.Admit(sequence: 99, _world.Silo).Verdict);
        Assert.Equal(11, _world.InspectQuota().Used);
    }

    [Fact]
    public void One_write_at_a_time_is_under_way()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.Ledger.Hold();
        _world.AdmitMany(15);
        var before = _world.Ledger.Writes.Count;

        _world.Ledger.Release();
        _world.Settle();

        Assert.Equal(before + 1, _world.Ledger.Writes.Count);
    }

    [Fact]
    public void While_the_ledger_fails_requests_wait_and_each_one_tries_again()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.Ledger.Failure = new TimeoutException();

        Assert.Equal(10, _world.AdmitMany(12));
        Assert.Equal(Verdict.Pending, _world.Admit().Verdict);

        _world.Ledger.Failure = null;
        Assert.Equal(5, _world.AdmitMany(5));
        Assert.Equal(15, _world.InspectQuota().Used);
        Assert.InRange(Reserved, 15, 1_000);
    }

    [Fact]
    public void A_clean_stop_stores_the_exact_count()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.AdmitMany(3);

        _world.Restart();

        Assert.Equal(3, Reserved);
        Assert.Equal(3, _world.InspectQuota().Used);
    }

    [Fact]
    public void After_a_crash_all_that_was_reserved_counts_as_used()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.AdmitMany(3);

        _world.Crash();

        Assert.Equal(10, _world.InspectQuota().Used);
        Assert.Equal(2, _world.Inspect().Epoch);
    }

    [Fact]
    public void A_clean_stop_that_cannot_be_stored_counts_what_was_reserved()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.AdmitMany(3);
        _world.Ledger.Failure = new TimeoutException();
        _world.Restart();
        _world.Ledger.Failure = null;

        Assert.Equal(10, _world.InspectQuota().Used);
    }

    /// <summary>The older activation knows nothing of it: it may spend its open block, which is counted.</summary>
    [Fact]
    public void An_activation_that_was_overtaken_stops_with_its_next_write()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.AdmitMany(3);
        var other = _world.StartSilo();
        Assert.Equal(1, _world.AdmitMany(1, other));
        _world.Ledger.Hold();

        Assert.Equal(7, _world.AdmitMany(20)); // Of its ten it had given three.
        _world.Ledger.Release();
        _world.Settle();

        Assert.False(_world.IsActive());
        Assert.Contains("epoch 1 is over", _world.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public void The_successor_goes_on_from_the_reserved_count_and_overtakes_in_its_turn()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        var other = _world.StartSilo();
        _world.AdmitMany(1, other);
        var reserved = Reserved;
        _world.AdmitMany(6); // At half its block it writes, and is overtaken.
        Assert.False(_world.IsActive());

        var reply = _world.Admit();

        Assert.Equal((Verdict.Admitted, 3), (reply.Verdict, reply.Epoch));
        Assert.Equal(reserved + 1, _world.InspectQuota().Used);
    }

    /// <summary>Two activations at once, a ledger that fails and works again, silos that die.</summary>
    [Fact]
    public void Whatever_happens_no_more_than_the_limit_is_granted_and_none_that_is_not_stored()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            const int Limit = 400;
            var random = new Random(seed);
            var world = new GrainWorld();
            world.CreateClient(GrainWorld.Quota(Limit));
            var other = world.StartSilo();
            var admitted = 0;
            for (var step = 0; step < 60; step++)
            {
                switch (random.Next(8))
                {
                    case 0:
                        world.Ledger.Failure = world.Ledger.Failure is null ? new TimeoutException() : null;
                        break;
                    case 1:
                        world.Crash();
                        break;
                    case 2 when world.Ledger.Failure is null:
                        world.Restart();
                        break;
                    default:
                        admitted += Granted(world, random.Next(1, 12), random.Next(2) == 0 ? world.Silo : other);
                        break;
                }

                var reserved = world.Ledger.ReservedOf(GrainWorld.ClientId, "monthly");
                Assert.True(admitted <= reserved, $"Seed {seed}, step {step}: {admitted} of {reserved}.");
            }

            world.Ledger.Failure = null;
            admitted += world.AdmitMany(Limit) + world.AdmitMany(Limit, other);
            Assert.InRange(admitted, Limit / 4, Limit);
            Assert.Equal(Limit, world.Ledger.ReservedOf(GrainWorld.ClientId, "monthly"));
        }
    }

    [Fact]
    public void With_the_month_the_quota_begins_anew()
    {
        _world.CreateClient(GrainWorld.Quota(20));
        _world.AdmitMany(20);
        Assert.Equal(Verdict.QuotaExhausted, _world.Admit().Verdict);

        _world.Jump(TimeSpan.FromDays(31));

        Assert.Equal(20, _world.AdmitMany(25));
        _world.Restart();
        Assert.Equal(20, _world.InspectQuota().Used);
    }

    [Fact]
    public void What_was_reserved_in_a_month_gone_by_is_not_counted_in_this_one()
    {
        _world.CreateClient(GrainWorld.Quota(20));
        _world.AdmitMany(20);
        _world.Restart();

        _world.Jump(TimeSpan.FromDays(31));

        Assert.Equal(0, _world.InspectQuota().Used);
    }

    [Fact]
    public void A_call_that_no_pool_saw_is_given_back()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.Admit(sequence: 50, _world.Silo);
        _world.Admit(sequence: 51, _world.Silo);

        Complete(50, CompletionOutcome.NotDispatched);
        Complete(50, CompletionOutcome.NotDispatched);
        Complete(51, CompletionOutcome.Dispatched);

        Assert.Equal(1, _world.InspectQuota().Used);
        Assert.Empty(_world.Inspect().Slots);
    }

    /// <summary>Guards against half a client: its first ledger entry failed, so the next call must make it.</summary>
    [Fact]
    public void A_client_whose_making_was_cut_off_by_the_ledger_is_opened_by_the_next_call()
    {
        _world.Done(() => _world.PlanGrain("gold").Create(GrainWorld.PlanOf("gold", GrainWorld.Slots(1))));
        _world.Ledger.Failure = new TimeoutException();
        Assert.ThrowsAny<Exception>(() => _world.Run(() => _world.Administration.Create(GrainWorld.ClientOf("gold"))));
        _world.Ledger.Failure = null;

        _world.IssueKey(GrainWorld.Digest);

        Assert.Equal(1, _world.Inspect().Epoch);
        Assert.Equal(Verdict.Admitted, _world.Admit().Verdict);
    }

    [Fact]
    public void A_client_that_cannot_be_opened_is_tried_again_with_the_next_request()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.Restart();
        _world.Ledger.Failure = new TimeoutException();
        Assert.Throws<TimeoutException>(() => _world.Admit());

        _world.Ledger.Failure = null;

        Assert.Equal(Verdict.Admitted, _world.Admit().Verdict);
    }

    private static int Granted(GrainWorld world, int count, ActorHost silo)
    {
        try
        {
            return world.AdmitMany(count, silo);
        }
        catch (TimeoutException)
        {
            return 0; // A client that cannot be opened admits nobody.
        }
    }

    private (long Used, long Reserved, long Limit) Counted()
    {
        var quota = _world.InspectQuota();
        return (quota.Used, quota.Reserved, quota.Limit);
    }

    private void Complete(long sequence, CompletionOutcome outcome) => _world.Run(async () =>
    {
        await _world.Admission.Complete(
            new CompletionBatch { Completions = [new Completion(new RequestId(1, sequence), outcome)] });
        return true;
    });
}
