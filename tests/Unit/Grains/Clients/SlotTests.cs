using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards "never stuck" and "one call, one slot".</summary>
public sealed class SlotTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);

    private readonly GrainWorld _world = new();

    public SlotTests() => _world.CreateClient(GrainWorld.Slots(1), GrainWorld.Rate(100));

    [Fact]
    public void A_slot_is_taken_until_its_call_ends()
    {
        Assert.Equal((Verdict.Admitted, Ttl), Admitted(1));
        Assert.Equal(Verdict.NoFreeSlot, Admitted(2).Verdict);

        Run(() => _world.Admission.Complete(
            new CompletionBatch { Completions = [new Completion(new RequestId(1, 1), CompletionOutcome.Dispatched)] }));

        Assert.Equal(Verdict.Admitted, Admitted(2).Verdict);
    }

    /// <summary>Guards against counting twice: an edge repeats a request whose answer it lost.</summary>
    [Fact]
    public void A_repeated_request_has_the_same_slot_and_costs_nothing()
    {
        Admitted(1);

        Assert.Equal(Verdict.Admitted, Admitted(1).Verdict);

        Assert.Single(_world.Inspect().Slots);
        Assert.Equal(1, _world.Inspect().Limits.Single(limit => limit.Name == "rpm").Used);
    }

    [Fact]
    public void A_slot_that_nobody_renews_is_free_again_after_its_time()
    {
        Admitted(1);

        _world.Advance(Ttl - TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.NoFreeSlot, Admitted(2).Verdict);

        _world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.Admitted, Admitted(2).Verdict);
    }

    [Fact]
    public void A_slot_that_is_renewed_stays_taken()
    {
        Admitted(1);
        for (var i = 0; i < 3; i++)
        {
            _world.Advance(TimeSpan.FromSeconds(10));
            Renew(upTo: 1, 1);
        }

        Assert.Equal(Verdict.NoFreeSlot, Admitted(2).Verdict);
        Assert.Equal(new SlotInfo(new RequestId(1, 1), Ttl), Assert.Single(_world.Inspect().Slots));
    }

    [Fact]
    public void A_report_frees_what_it_leaves_out_and_not_what_came_after_it()
    {
        Admitted(5);
        Renew(upTo: 4);
        Assert.Equal(Verdict.NoFreeSlot, Admitted(6).Verdict);

        Renew(upTo: 5);
        Assert.Equal(Verdict.Admitted, Admitted(6).Verdict);
    }

    [Fact]
    public void What_ended_before_is_told_with_the_next_request_and_counts_before_it()
    {
        Admitted(1);

        var request = GrainWorld.RequestOf(2) with { Completes = [Ended(1)] };
        var reply = _world.Run(() => _world.Admission.Admit(request));

        Assert.Equal(Verdict.Admitted, reply.Verdict);
        Assert.Equal(new RequestId(1, 2), Assert.Single(_world.Inspect().Slots).RequestId);
    }

    /// <summary>Guards clients near their limit: no slot must seem taken there because its end was not told.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 10)]
    [InlineData(9, 10)]
    public void Ends_may_be_held_back_while_half_the_slots_are_free(long slots, int milliseconds)
    {
        var world = new GrainWorld();
        world.CreateClient(GrainWorld.Slots(slots));

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), world.Admit(1, world.Silo).CompleteWithin);
    }

    /// <summary>Guards "never refused within its limits": the slot that is missing may be free already.</summary>
    [Fact]
    public void Who_finds_no_slot_while_ends_may_be_held_back_is_not_refused_yet()
    {
        var world = new GrainWorld();
        world.CreateClient(GrainWorld.Slots(2));
        Assert.True(world.Admit(1, world.Silo).CompleteWithin > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, world.Admit(2, world.Silo).CompleteWithin);

        Assert.Equal(Verdict.Pending, world.Admit(3, world.Silo).Verdict);
        world.Advance(TimeSpan.FromMilliseconds(15) - TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.Pending, world.Admit(3, world.Silo).Verdict);
        world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.NoFreeSlot, world.Admit(3, world.Silo).Verdict);
    }

    private static Completion Ended(long sequence) => new(new RequestId(1, sequence), CompletionOutcome.Dispatched);

    private (Verdict Verdict, TimeSpan SlotTtl) Admitted(long sequence)
    {
        var reply = _world.Admit(sequence, _world.Silo);
        return (reply.Verdict, reply.SlotTtl);
    }

    private void Renew(long upTo, params long[] running) => Run(() => _world.Admission.Renew(
        new LiveRequests { EdgeSession = 1, UpToSequence = upTo, Sequences = running }));

    private void Run(Func<ValueTask> action) => _world.Run(async () =>
    {
        await action();
        return true;
    });
}
