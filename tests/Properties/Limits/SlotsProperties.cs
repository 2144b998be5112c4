using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>What no order of takes, completions, reports, deaths and waiting may break.</summary>
public sealed class SlotsProperties
{
    private const int SlotCount = 3;
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);

    private enum Act
    {
        Take,
        Free,
        Report,
        EdgeDies,
        Wait,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Edge">The edge session it happens to.</param>
    /// <param name="Sequence">The request, or the newest one a report knows of.</param>
    /// <param name="Running">A bit for each sequence that a report says is running.</param>
    /// <param name="Gap">Time since the event before.</param>
    private readonly record struct Event(Act Act, long Edge, long Sequence, int Running, TimeSpan Gap);

    private static readonly Gen<Event[]> Histories =
        (from act in Gen.Elements(Act.Take, Act.Take, Act.Take, Act.Free, Act.Report, Act.EdgeDies, Act.Wait)
         from edge in Gen.Choose(1, 2)
         from sequence in Gen.Choose(1, 6)
         from running in Gen.Choose(0, 127)
         from seconds in Draw.Mostly(0, 3, 16)
         select new Event(act, edge, sequence, running, TimeSpan.FromSeconds(seconds))).ArrayOf();

    /// <summary>C1 and C3. Guards slots against being counted, freed or kept otherwise than one by one.</summary>
    [Fact]
    public void Slots_are_taken_and_freed_as_a_plain_list_of_leases_would() =>
        Law.Holds(Histories, history =>
        {
            var slots = new Slots();
            var leases = new SortedDictionary<(long Edge, long Sequence), TimeSpan>();
            var now = TimeSpan.Zero;
            foreach (var happening in history)
            {
                now += happening.Gap;
                Play(slots, happening, now);
                Play(leases, happening, now);

                Assert.Equal(leases.Keys, slots.Taken.Keys.Select(id => (id.EdgeSession, id.Sequence)).Order());
                Assert.All(slots.Taken, slot =>
                    Assert.Equal(leases[(slot.Key.EdgeSession, slot.Key.Sequence)], slot.Value.Deadline));
                Assert.True(slots.InUse <= SlotCount);
                Assert.All(slots.Taken.Values, slot => Assert.True(slots.EarliestDeadline <= slot.Deadline));
            }

            slots.MoveTo(now + Ttl);
            Assert.Equal(0, slots.InUse);
        });

    /// <summary>C3. Guards another's slot against a completion that is repeated or late.</summary>
    [Fact]
    public void Freeing_twice_is_freeing_once_and_frees_nothing_else() =>
        Law.Holds(Histories.Zip(Gen.Choose(1, 2)).Zip(Gen.Choose(1, 6)), drawn =>
        {
            var ((history, edge), sequence) = drawn;
            var ended = new RequestId(edge, sequence);
            var slots = new Slots();
            foreach (var happening in history)
            {
                Play(slots, happening, TimeSpan.Zero);
            }

            var before = slots.Taken.Keys.ToHashSet();
            var held = slots.Free(ended);

            Assert.Equal(before.Contains(ended), held);
            Assert.Equal(before.Where(id => id != ended).ToHashSet(), slots.Taken.Keys.ToHashSet());
            Assert.False(slots.Free(ended));
            Assert.Equal(before.Where(id => id != ended).ToHashSet(), slots.Taken.Keys.ToHashSet());
        });

    private static void Play(Slots slots, Event happening, TimeSpan now)
    {
        var id = new RequestId(happening.Edge, happening.Sequence);
        slots.MoveTo(now);
        switch (happening.Act)
        {
            case Act.Take when slots.InUse < SlotCount && !slots.Taken.ContainsKey(id):
                slots.Take(id, new Slot(now + Ttl, default));
                break;
            case Act.Free:
                slots.Free(id);
                break;
            case Act.Report:
                slots.Renew(happening.Edge, happening.Sequence, RunningOf(happening), now + Ttl);
                break;
            case Act.EdgeDies:
                slots.FreeAllOf(happening.Edge);
                break;
        }
    }

    private static void Play(
        SortedDictionary<(long Edge, long Sequence), TimeSpan> leases, Event happening, TimeSpan now)
    {
        var id = (happening.Edge, happening.Sequence);
        Remove(held => leases[held] <= now);
        switch (happening.Act)
        {
            case Act.Take when leases.Count < SlotCount:
                leases.TryAdd(id, now + Ttl);
                break;
            case Act.Free:
                leases.Remove(id);
                break;
            case Act.Report:
                var running = RunningOf(happening);
                Remove(held => held.Edge == happening.Edge && held.Sequence <= happening.Sequence
                    && !running.Contains(held.Sequence));
                foreach (var sequence in running.Where(sequence => leases.ContainsKey((happening.Edge, sequence))))
                {
                    leases[(happening.Edge, sequence)] = now + Ttl;
                }

                break;
            case Act.EdgeDies:
                Remove(held => held.Edge == happening.Edge);
                break;
        }

        void Remove(Func<(long Edge, long Sequence), bool> which)
        {
            foreach (var held in leases.Keys.Where(which).ToList())
            {
                leases.Remove(held);
            }
        }
    }

    private static HashSet<long> RunningOf(Event report) =>
        [.. from sequence in Enumerable.Range(1, 6) where (report.Running >> sequence & 1) == 1 select (long)sequence];
}
