using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>
/// What must hold of slots when an owner is lost or goes on without knowing that it was replaced, and edges learn of it
/// one after the other.
/// </summary>
public sealed class SlotRecoveryProperties
{
    private const int SlotCount = 6;
    private const int EdgeCount = 3;
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);

    private enum Act
    {
        Ask,
        End,
        Store,
        Report,
        Replace,
        Wait,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Edge">The edge it happens to.</param>
    /// <param name="AsksOlder">True: the edge reaches the owner before the newest, if that lives.</param>
    private readonly record struct Event(Act Act, int Edge, bool AsksOlder);

    private sealed class Owner(long epoch, Slots slots)
    {
        public long Epoch => epoch;
        public Slots Slots => slots;
    }

    private sealed class Edge(long session)
    {
        public long Session => session;
        public long Sequence { get; set; }
        public EdgeFence Fence { get; set; }
        public HashSet<long> Running { get; } = [];
    }

    private static readonly Gen<Event[]> Histories =
        (from act in Gen.Frequency(
            (8, Gen.Constant(Act.Ask)),
            (2, Gen.Constant(Act.End)),
            (5, Gen.Constant(Act.Store)),
            (3, Gen.Constant(Act.Report)),
            (2, Gen.Constant(Act.Replace)),
            (1, Gen.Constant(Act.Wait)))
         from edge in Gen.Choose(0, EdgeCount - 1)
         from asksOlder in Draw.OneIn(3)
         select new Event(act, edge, asksOlder)).ArrayOf(80);

    /// <summary>C1 and C5. Guards the pool: no more calls run than there are slots, whoever granted them.</summary>
    [Fact]
    public void C1_no_more_calls_run_than_there_are_slots_over_all_owners_and_edges() =>
        Law.Holds(Gen.Constant(SlotCount), Histories, (slotCount, history) =>
        {
            var ledger = new Dictionary<long, int>();
            var edges = Enumerable.Range(1, EdgeCount).Select(session => new Edge(session)).ToArray();
            var newest = new Owner(1, Slots.Recovering([], TimeSpan.Zero));
            Owner? older = null;
            var now = TimeSpan.Zero;
            foreach (var happening in history)
            {
                now += TimeSpan.FromMilliseconds(100);
                var edge = edges[happening.Edge];
                var owner = happening.AsksOlder && older is not null ? older : newest;
                owner.Slots.MoveTo(now);
                switch (happening.Act)
                {
                    case Act.Ask:
                        Ask(owner, edge, now);
                        break;
                    case Act.End when edge.Running.Count > 0:
                        var ended = edge.Running.First();
                        edge.Running.Remove(ended);
                        newest.Slots.Free(new RequestId(edge.Session, ended));
                        break;
                    case Act.Store when owner == newest && owner.Slots.NextStored(edge.Session) is { } next:
                        ledger[next.EdgeSession] = next.Highest;
                        owner.Slots.Ceilings!.Stored(next);
                        break;
                    case Act.Report:
                        edge.Fence = edge.Fence.Reported(newest.Epoch);
                        newest.Slots.MoveTo(now);
                        newest.Slots.Adopt(edge.Session, edge.Sequence, edge.Running, now + Ttl);
                        break;
                    case Act.Replace:
                        var stored = ledger.Select(row => new StoredSlots(row.Key, row.Value)).ToList();
                        (older, newest) = (newest, new Owner(newest.Epoch + 1, Slots.Recovering(stored, now + Ttl)));
                        break;
                    case Act.Wait:
                        // All renew in time, or have ended their calls by then: the older one has stopped.
                        now += Ttl;
                        older = null;
                        EndWhatNobodyKnows(edges, newest, now);
                        break;
                }

                Assert.InRange(edges.Sum(other => other.Running.Count), 0, slotCount);
            }
        });

    private static void Ask(Owner owner, Edge edge, TimeSpan now)
    {
        var id = new RequestId(edge.Session, ++edge.Sequence);
        if (owner.Slots.InUse + owner.Slots.Unheard >= SlotCount || !owner.Slots.Covers(edge.Session))
        {
            return;
        }

        owner.Slots.Take(id, new Slot(now + Ttl, null));
        if (edge.Fence.Accepts(owner.Epoch))
        {
            edge.Running.Add(id.Sequence);
        }
    }

    private static void EndWhatNobodyKnows(Edge[] edges, Owner newest, TimeSpan now)
    {
        newest.Slots.MoveTo(now);
        foreach (var edge in edges)
        {
            edge.Running.RemoveWhere(
                sequence => !newest.Slots.Taken.ContainsKey(new RequestId(edge.Session, sequence)));
        }
    }
}
