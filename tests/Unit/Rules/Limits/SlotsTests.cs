using Sluice.Rules;
using Sluice.Rules.Limits;
using Sluice.Unit.Rules.Admission;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class SlotsTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly RequestId A = new(EdgeSession: 1, Sequence: 1);
    private static readonly RequestId B = new(EdgeSession: 1, Sequence: 2);
    private static readonly RequestId C = new(EdgeSession: 2, Sequence: 1);

    private static readonly Slots Three = new Slots().With(slots =>
    {
        slots.Take(A, UntilTtl);
        slots.Take(B, new Slot(2 * Ttl, null));
        slots.Take(C, UntilTtl);
    });

    private static Slot UntilTtl => new(Ttl, null);

    [Fact]
    public void A_slot_that_nobody_renewed_is_taken_back_at_its_deadline_and_not_before()
    {
        Assert.Equal([A, B, C], TakenIn(Three.With(s => s.MoveTo(Ttl - Tick))));
        Assert.Equal([B], TakenIn(Three.With(s => s.MoveTo(Ttl))));
        Assert.Empty(TakenIn(Three.With(s => s.MoveTo(2 * Ttl))));
    }

    [Fact]
    public void A_freed_slot_is_free_and_freeing_it_again_changes_nothing()
    {
        var slots = Three.Copy();

        Assert.True(slots.Free(A));
        Assert.Equal([B, C], TakenIn(slots));
        Assert.False(slots.Free(A));
        Assert.Equal([B, C], TakenIn(slots));
    }

    /// <summary>Guards the shortcut past looking through all slots: it must not skip one that is due.</summary>
    [Fact]
    public void The_earliest_deadline_follows_what_is_taken_freed_and_renewed()
    {
        Assert.Equal(TimeSpan.MaxValue, new Slots().EarliestDeadline);
        Assert.Equal(Ttl, Three.EarliestDeadline);
        Assert.Equal(2 * Ttl, Three.With(s => s.MoveTo(Ttl)).EarliestDeadline);
        Assert.Equal(TimeSpan.MaxValue, Three.With(s => s.MoveTo(2 * Ttl)).EarliestDeadline);
        Assert.Equal([B], TakenIn(Three.With(s => s.Free(A)).With(s => s.MoveTo(Ttl))));
        Assert.Equal(
            Tick, Three.With(s => s.Take(new RequestId(3, 1), new Slot(Tick, null))).EarliestDeadline);
    }

    [Fact]
    public void A_report_renews_what_it_names_and_frees_what_it_omits()
    {
        var renewed = Three.With(s => s.Renew(edgeSession: 1, upToSequence: 2, new HashSet<long> { 1 }, 3 * Ttl));

        Assert.Equal([A, C], TakenIn(renewed));
        Assert.Equal(3 * Ttl, renewed.Taken[A].Deadline);
        Assert.Equal(Ttl, renewed.Taken[C].Deadline);
    }

    /// <summary>Guards a call that was granted while the report was under way: it is too new to be in it.</summary>
    [Fact]
    public void A_report_frees_nothing_newer_than_itself()
    {
        var renewed = Three.With(s => s.Renew(edgeSession: 1, upToSequence: 1, new HashSet<long>(), 3 * Ttl));

        Assert.Equal([B, C], TakenIn(renewed));
        Assert.Equal(2 * Ttl, renewed.Taken[B].Deadline);
    }

    /// <summary>Guards a call that began after the count was taken and before the names were.</summary>
    [Fact]
    public void A_report_renews_also_what_is_newer_than_its_count()
    {
        var renewed = Three.With(s => s.Renew(edgeSession: 1, upToSequence: 1, new HashSet<long> { 1, 2 }, 3 * Ttl));

        Assert.Equal([A, B, C], TakenIn(renewed));
        Assert.Equal(3 * Ttl, renewed.Taken[B].Deadline);
    }

    [Fact]
    public void A_report_takes_no_slot_that_was_not_taken() =>
        Assert.Empty(TakenIn(new Slots().With(s => s.Renew(1, 9, new HashSet<long> { 1, 2, 3 }, Ttl))));

    [Fact]
    public void A_renewed_call_remembers_when_it_was_admitted()
    {
        var admitted = new Moment(Tick, DateTimeOffset.UnixEpoch);
        var slots = new Slots();
        slots.Take(A, new Slot(Ttl, admitted));

        slots.Renew(1, 1, new HashSet<long> { 1 }, 2 * Ttl);

        Assert.Equal(new Slot(2 * Ttl, admitted), slots.Taken[A]);
    }

    [Fact]
    public void A_dead_edge_gives_back_all_its_slots_and_no_others()
    {
        var left = Three.With(s => s.FreeAllOf(edgeSession: 1));

        Assert.Equal([C], TakenIn(left));
        Assert.Equal(Ttl, left.EarliestDeadline);
    }

    [Fact]
    public void Slots_without_refunds_stay_taken_until_the_same_time()
    {
        var slots = new Slots();
        slots.Take(A, new Slot(Ttl, new Moment(Tick, DateTimeOffset.UnixEpoch)));

        slots.ForbidRefunds(static told => told);

        Assert.Equal(new Slot(Ttl, null), slots.Taken[A]);
        Assert.Equal(Ttl, slots.EarliestDeadline);
    }

    private static IEnumerable<RequestId> TakenIn(Slots slots) =>
        slots.Taken.Keys.OrderBy(id => id.EdgeSession).ThenBy(id => id.Sequence);

    [Fact]
    public void A_copy_goes_its_own_way()
    {
        var copy = Three.Copy();

        copy.MoveTo(2 * Ttl);

        Assert.Empty(copy.Taken);
        Assert.Equal([A, B, C], TakenIn(Three));
        Assert.Equal(Ttl, Three.EarliestDeadline);
    }
}
