using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards "never over" and "never stuck" where a silo is lost with all that it had in memory.</summary>
public sealed class DurableTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);

    private readonly GrainWorld _world = new();

    [Fact]
    public void After_a_crash_a_rate_goes_on_and_what_was_stored_ahead_counts_as_spent()
    {
        _world.CreateClient(GrainWorld.Rate(80));
        Assert.Equal(50, _world.AdmitMany(50));

        _world.Crash();

        Assert.InRange(_world.AdmitMany(80), 80 - 50 - 15, 80 - 50);
    }

    [Fact]
    public void The_first_request_after_a_crash_finds_room_and_so_does_the_first_of_a_client()
    {
        _world.CreateClient(GrainWorld.Rate(80), GrainWorld.Quota(1_000));
        Assert.Equal(Verdict.Admitted, _world.Ask(GrainWorld.RequestOf(1)).Verdict);

        _world.Crash();

        Assert.Equal(Verdict.Admitted, _world.Ask(GrainWorld.RequestOf(2)).Verdict);
    }

    [Fact]
    public void Crash_after_crash_costs_what_was_ahead_and_time_brings_it_back()
    {
        _world.CreateClient(GrainWorld.Rate(80));
        for (var crash = 0; crash < 5; crash++)
        {
            Assert.Equal(1, _world.AdmitMany(1));
            _world.Crash();
        }

        Assert.InRange(_world.AdmitMany(80), 15, 75);
        _world.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(80, _world.AdmitMany(200));
    }

    /// <summary>Guards the window that both share: the one that is over spends what its successor counts.</summary>
    [Fact]
    public void An_activation_that_was_replaced_and_its_successor_pass_one_burst_together()
    {
        _world.CreateClient(GrainWorld.Rate(80));
        Assert.Equal(1, _world.AdmitMany(1));
        var before = _world.Silo;
        _world.Crash();

        var (newer, older) = (_world.AdmitMany(100), _world.AdmitMany(100, before));

        Assert.InRange(newer + older + 1, 60, 80);
    }

    [Fact]
    public void A_clean_stop_leaves_the_exact_level_to_whoever_comes()
    {
        _world.CreateClient(GrainWorld.Rate(80));
        _world.AdmitMany(50);

        _world.Restart();

        Assert.Equal(30, _world.AdmitMany(80));
    }

    /// <summary>Guards busy clients: what is ahead is extended before it is used up.</summary>
    [Fact]
    public void Requests_one_after_the_other_never_wait_for_what_is_stored()
    {
        _world.CreateClient(GrainWorld.Rate(400), GrainWorld.Slots(500));
        var verdicts = Enumerable.Range(1, 400).Select(i => _world.Ask(GrainWorld.RequestOf(i)).Verdict).ToList();

        Assert.Equal(Verdict.Pending, verdicts[0]); // An edge that is new to the client has no slots stored.
        Assert.DoesNotContain(Verdict.Pending, verdicts.Skip(1));
    }

    [Fact]
    public void Requests_beyond_what_is_stored_wait_and_are_stored_for_together()
    {
        _world.CreateClient(GrainWorld.Rate(80));
        _world.Ledger.Hold();
        var open = Enumerable.Range(1, 50).Count(i =>
            _world.Ask(GrainWorld.RequestOf(i)).Verdict is Verdict.Admitted);
        Assert.InRange(open, 5, 10);
        var writes = _world.Ledger.Calls.Count;

        _world.Ledger.Release();
        _world.Settle();
        Assert.All(Enumerable.Range(1, 50), i => Assert.Equal(Verdict.Admitted, _world.Admit(i, _world.Silo).Verdict));

        Assert.InRange(_world.Ledger.Calls.Count - writes, 1, 15);
    }

    [Fact]
    public void A_client_without_rates_quotas_and_slots_stores_nothing()
    {
        _world.CreateClient();
        _world.AdmitMany(10);
        _world.Restart();
        _world.AdmitMany(10);

        Assert.Empty(_world.Ledger.Calls);
    }

    /// <summary>Guards the limit that a plan brings: what is spent of it is stored from its first request on.</summary>
    [Fact]
    public void A_rate_that_a_change_of_plan_brings_is_stored_as_well()
    {
        _world.CreateClient();
        _world.Done(() => _world.PlanGrain("gold").Replace(GrainWorld.PlanOf("gold", GrainWorld.Rate(80))));
        Assert.Equal(50, _world.AdmitMany(50));

        _world.Crash();

        Assert.InRange(_world.AdmitMany(80), 15, 30);
    }

    [Fact]
    public void After_a_crash_slots_are_granted_when_their_edges_have_told_what_they_run()
    {
        _world.CreateClient(GrainWorld.Slots(3));
        Assert.Equal(2, _world.AdmitMany(2));
        _world.Crash();
        Assert.Equal(Verdict.Pending, _world.Admit().Verdict);

        var epoch = Report(0, 1, 2).Epoch;
        Assert.Equal(Verdict.Pending, _world.Admit().Verdict); // It may still believe the one before.
        Assert.True(Report(epoch, 1, 2).IsRenewed);

        Assert.Equal([1, 2], _world.Inspect().Slots.Select(slot => slot.RequestId.Sequence));
        Assert.Equal(1, _world.AdmitMany(3));
    }

    [Fact]
    public void What_an_edge_only_asks_for_has_no_slot_from_its_report()
    {
        _world.CreateClient(GrainWorld.Slots(3), GrainWorld.Rate(100));
        Assert.Equal(1, _world.AdmitMany(1));
        _world.Crash();
        var epoch = _world.Inspect().Epoch;

        Run(new LiveRequests
        {
            EdgeSession = 1, UpToSequence = 9, Sequences = [1, 8], Epoch = epoch, Admitted = [1],
        });

        Assert.Equal(1, Assert.Single(_world.Inspect().Slots).RequestId.Sequence);
    }

    [Fact]
    public void Edges_that_tell_nothing_hold_slots_for_two_of_their_times_and_no_longer()
    {
        _world.CreateClient(GrainWorld.Slots(2));
        Assert.Equal(2, _world.AdmitMany(2));
        _world.Crash();
        Assert.Equal(Verdict.Pending, _world.Admit().Verdict);

        _world.Advance(2 * Ttl - TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.Pending, _world.Admit().Verdict);

        _world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(2, _world.AdmitMany(2));
    }

    /// <summary>Guards who comes back in the morning: a crash of long ago costs nobody anything.</summary>
    [Fact]
    public void Slots_of_an_activation_that_ended_long_ago_are_free()
    {
        _world.CreateClient(GrainWorld.Slots(2));
        Assert.Equal(2, _world.AdmitMany(2));
        _world.Advance(2 * Ttl - TimeSpan.FromTicks(1));
        _world.Crash();
        Assert.Equal(Verdict.Pending, _world.Admit().Verdict);

        _world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(2, _world.AdmitMany(2));
    }

    /// <summary>Guards the pool: an activation that came between has taken the slots over, and renewed them.</summary>
    [Fact]
    public void An_activation_that_stored_nothing_but_that_it_began_counts_as_having_renewed_slots()
    {
        _world.CreateClient(GrainWorld.Slots(2));
        Assert.Equal(2, _world.AdmitMany(2));
        _world.Advance(Ttl);
        _world.Crash();
        Assert.Equal(Verdict.Pending, _world.Admit().Verdict);
        var epoch = _world.Inspect().Epoch;
        Report(epoch, 1, 2);
        _world.Crash();

        _world.Advance(2 * Ttl - TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.Pending, _world.Admit().Verdict);
    }

    /// <summary>Guards the pool: such an activation need not have asked for as long as it granted.</summary>
    [Fact]
    public void Slots_of_a_lenient_plan_may_be_held_however_long_ago_something_was_stored()
    {
        _world.CreateClient(GrainWorld.Slots(2));
        PlanDefinition lenient = GrainWorld.PlanOf("gold", GrainWorld.Slots(2)) with { LenientFence = true };
        _world.Done(() => _world.PlanGrain("gold").Replace(lenient));
        Assert.Equal(2, _world.AdmitMany(2));
        _world.Advance(2 * Ttl);
        _world.Crash();

        Assert.Equal(Verdict.Pending, _world.Admit().Verdict);
    }

    /// <summary>Guards the pool: an activation that may be over grants and renews nothing.</summary>
    [Fact]
    public void An_activation_that_cannot_ask_whether_it_is_over_stops_after_a_slots_time()
    {
        _world.CreateClient(GrainWorld.Slots(9));
        Assert.Equal(1, _world.AdmitMany(1));
        var epoch = _world.Inspect().Epoch;
        _world.Ledger.Failure = new TimeoutException();

        _world.Advance(Ttl - TimeSpan.FromTicks(1));
        Assert.True(Report(epoch, 1).IsRenewed);
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.False(Report(epoch, 1).IsRenewed);
        Assert.Equal(Verdict.Pending, _world.Admit().Verdict);

        _world.Ledger.Failure = null;
        Assert.Equal(Verdict.Admitted, _world.Admit().Verdict);
        Assert.True(Report(epoch).IsRenewed);
    }

    [Fact]
    public void A_lenient_plan_goes_on_and_says_so()
    {
        _world.CreateClient(GrainWorld.Slots(9));
        Assert.Equal(SlotFence.Strict, _world.Admit().Fence);
        PlanDefinition lenient = GrainWorld.PlanOf("gold", GrainWorld.Slots(9)) with { LenientFence = true };
        _world.Done(() => _world.PlanGrain("gold").Replace(lenient));
        Assert.Equal(1, _world.AdmitMany(1));
        _world.Ledger.Failure = new TimeoutException();

        _world.Advance(3 * Ttl);

        var reply = _world.Admit();
        Assert.Equal((Verdict.Admitted, SlotFence.Lenient), (reply.Verdict, reply.Fence));
    }

    [Fact]
    public void An_edge_that_knows_a_newer_activation_ends_this_one()
    {
        _world.CreateClient(GrainWorld.Slots(9));
        Assert.Equal(1, _world.AdmitMany(1));

        Assert.False(Report(_world.Inspect().Epoch + 1, 1).IsRenewed);

        Assert.False(_world.IsActive());
    }

    [Fact]
    public void An_edge_that_is_silent_is_taken_out_of_what_is_stored()
    {
        _world.CreateClient(GrainWorld.Slots(9));
        Assert.Equal(1, _world.AdmitMany(1));
        Assert.InRange(_world.Ledger.SlotsOf(GrainWorld.ClientId, 1), 1, 9);

        _world.Advance(Ttl);
        Run(new LiveRequests { EdgeSession = 2, UpToSequence = 0, Sequences = [] });

        Assert.Equal(0, _world.Ledger.SlotsOf(GrainWorld.ClientId, 1));
    }

    private ReportReply Report(long epoch, params long[] running) => Run(new LiveRequests
    {
        EdgeSession = 1, UpToSequence = 100, Sequences = running, Epoch = epoch, Admitted = running,
    });

    private ReportReply Run(LiveRequests live) => _world.Run(() => _world.Admission.Report(live));
}
