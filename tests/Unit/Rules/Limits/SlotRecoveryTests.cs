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
    public void What_is_stored_far_too_high_is_lowered_at_once()
    {
        var slots = Slots.Recovering([new StoredSlots(1, 40)], until: Ttl);
        Assert.Equal(new StoredSlots(1, 60), slots.NextStored(1)); // It may hold all of them, and want more.

        slots.Adopt(1, 0, Nothing, Ttl);
        Assert.Equal(new StoredSlots(1, 2), slots.NextStored(1));
        Assert.Null(slots.NextStored(1));
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
