using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class SlotRecoveryTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);
    private static readonly HashSet<long> Nothing = [];

    [Fact]
    public void Every_edge_counts_as_holding_what_is_stored_until_it_tells()
    {
        var slots = Slots.Recovering([new StoredSlots(1, 4), new StoredSlots(2, 3)], until: Ttl);
        Assert.Equal((0, 7), (slots.InUse, slots.Unheard));

        slots.Adopt(edgeSession: 1, upToSequence: 9, new HashSet<long> { 5, 6 }, Ttl);
        Assert.Equal((2, 3), (slots.InUse, slots.Unheard));

        slots.Adopt(edgeSession: 2, upToSequence: 0, Nothing, Ttl);
        Assert.Equal((2, 0), (slots.InUse, slots.Unheard));
    }

    /// <summary>Guards against a report that takes slots for calls which were never granted any.</summary>
    [Fact]
    public void Only_the_first_report_takes_slots_that_were_not_taken()
    {
        var slots = Slots.Recovering([new StoredSlots(1, 4)], until: Ttl);
        slots.Adopt(1, 9, new HashSet<long> { 5 }, Ttl);

        slots.Adopt(1, 9, new HashSet<long> { 5, 6 }, Ttl);
        slots.Adopt(2, 9, new HashSet<long> { 7 }, Ttl);

        Assert.Equal([new RequestId(1, 5)], slots.Taken.Keys);
    }

    [Fact]
    public void What_is_not_told_in_a_slots_time_is_free_and_so_is_what_a_lost_edge_held()
    {
        var slots = Slots.Recovering([new StoredSlots(1, 4), new StoredSlots(2, 3)], until: Ttl);

        slots.FreeAllOf(1);
        Assert.Equal(3, slots.Unheard);
        slots.MoveTo(Ttl - TimeSpan.FromTicks(1));
        Assert.Equal(3, slots.Unheard);
        slots.MoveTo(Ttl);
        Assert.Equal(0, slots.Unheard);
        Assert.Null(slots.Recovery);
    }

    /// <summary>Guards the next crash: what is stored bounds what an edge holds, told and untold together.</summary>
    [Fact]
    public void An_edge_that_has_not_told_is_granted_nothing_beyond_what_is_stored()
    {
        var slots = Slots.Recovering([new StoredSlots(1, 2)], until: Ttl);

        Assert.False(slots.Covers(1));
        slots.Adopt(1, 9, new HashSet<long> { 5 }, Ttl);
        Assert.True(slots.Covers(1));
    }

    [Fact]
    public void A_session_holds_no_more_than_is_stored_for_it()
    {
        var slots = Slots.Recovering([], TimeSpan.Zero);
        Assert.False(slots.Covers(1));

        var next = slots.NextStored(1)!.Value;
        Assert.Equal(new StoredSlots(1, 2), next);
        Assert.False(slots.Covers(1));
        slots.Ceilings!.Stored(next);
        slots.Take(new RequestId(1, 1), new Slot(Ttl, null));
        Assert.Equal(new StoredSlots(1, 3), slots.NextStored(1)); // Half of what was ahead is used.
        Assert.Null(slots.NextStored(1, most: 2)); // More than all edges may hold is never stored.
        Assert.True(slots.Covers(1));
        slots.Take(new RequestId(1, 2), new Slot(Ttl, null));
        Assert.False(slots.Covers(1));
        Assert.False(slots.Covers(2));

        slots.Free(new RequestId(1, 1));
        slots.Free(new RequestId(1, 1));
        Assert.True(slots.Covers(1));
    }

    [Fact]
    public void What_is_stored_far_too_high_is_lowered_after_some_reports()
    {
        var slots = Slots.Recovering([new StoredSlots(1, 40)], until: Ttl);
        Assert.Equal(new StoredSlots(1, 60), slots.NextStored(1)); // It may hold all of them, and want more.

        slots.Adopt(1, 0, Nothing, Ttl);
        Assert.Null(slots.NextStored(1)); // It may have held all of them until just now.
        var lowered = LoweredByReports(slots);

        Assert.Equal(new StoredSlots(1, 9), lowered);
        Assert.Null(slots.NextStored(1));
    }

    /// <summary>Guards the edge under load: its calls come in bursts, and each write is a wait for the next.</summary>
    [Fact]
    public void Bursts_that_come_and_go_store_nothing_anew()
    {
        const int Burst = 30;
        var slots = Slots.Recovering([], TimeSpan.Zero);
        slots.Ceilings!.Stored(new StoredSlots(1, 2 * Burst));
        for (var burst = 0; burst < 10; burst++)
        {
            for (var i = 1; i <= Burst; i++)
            {
                slots.Take(new RequestId(1, i), new Slot(Ttl, null));
                Assert.Null(slots.NextStored(1));
            }

            for (var i = 1; i <= Burst; i++)
            {
                slots.Free(new RequestId(1, i));
                Assert.Null(slots.NextStored(1));
            }

            slots.Renew(1, Burst, Nothing, Ttl);
            Assert.Null(slots.NextStored(1));
        }
    }

    private static StoredSlots? LoweredByReports(Slots slots)
    {
        StoredSlots? lowered = null;
        for (var report = 0; report < 10 && lowered is null; report++)
        {
            slots.Renew(1, 0, Nothing, Ttl);
            lowered = slots.NextStored(1);
        }

        return lowered;
    }

    [Fact]
    public void An_edge_ends_its_calls_before_their_slots_are_given_away() =>
        Assert.Equal(TimeSpan.FromSeconds(23), EdgeFence.EndsAt(renewalSent: TimeSpan.FromSeconds(10), Ttl));

    [Fact]
    public void An_edge_that_told_an_owner_believes_no_earlier_one()
    {
        var fence = default(EdgeFence).Reported(5).Reported(4);

        Assert.True(fence.Accepts(5));
        Assert.True(fence.Accepts(6));
        Assert.False(fence.Accepts(4));
    }

    /// <summary>Guards a planned move: the owner before told all its slots, so no edge is waited for.</summary>
    [Fact]
    public void A_hand_over_leaves_nothing_unheard()
    {
        var slots = Slots.Recovering([new StoredSlots(1, 4)], until: Ttl).AllHeard();

        Assert.Equal(0, slots.Unheard);
        Assert.True(slots.Covers(1));
        Assert.False(slots.Covers(2));
    }
}
