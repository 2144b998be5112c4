using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Usage;
using Xunit;

namespace Sluice.Properties.Usage;

/// <summary>What an owner keeps of ended calls until the log has them.</summary>
public sealed class UnloggedUseProperties
{
    private const int Silence = 15;

    private enum Act
    {
        End,
        Hear,
        Make,
        Store,
        Look,
        Tick,
        Kill,
    }

    private readonly record struct Event(Act Act, int Edge);

    private static readonly Gen<Event> Events =
        from act in Gen.Frequency(
            (12, Gen.Constant(Act.End)),
            (12, Gen.Constant(Act.Hear)),
            (6, Gen.Constant(Act.Make)),
            (6, Gen.Constant(Act.Store)),
            (6, Gen.Constant(Act.Look)),
            (6, Gen.Constant(Act.Tick)),
            (2, Gen.Constant(Act.Kill)))
        from edge in Gen.Choose(0, 1)
        select new Event(act, edge);

    private sealed class Edge(long session)
    {
        public readonly UsageOutbox<int> Outbox = new(most: 1_000, batchMost: 3);
        public readonly Queue<(int Call, long Parcel)> Untold = new();
        public UsageParcel<int>? UnderWay;
        public UsageSession Session = new(session, 0, 0, 0, false, 0, 0);
        public bool IsDead;
    }

    /// <summary>
    /// Q2. Guards bills: whatever an owner heard of is in the log at last, by its edge or by the owner; and an owner
    /// speaks for no edge that goes on telling.
    /// </summary>
    [Fact]
    public void What_an_owner_heard_of_is_logged_by_its_edge_or_in_its_place()
    {
        var (byEdges, inPlace) = (0L, 0L);
        Law.Holds(Gen.Constant(0), Events.ArrayOf(120), (_, history) =>
        {
            Edge[] edges = [new(1), new(2)];
            var unlogged = new UnloggedUse<int>(TimeSpan.FromSeconds(Silence));
            var (log, owners, heard) = (new HashSet<int>(), new HashSet<int>(), new HashSet<int>());
            var (now, calls) = (0, 0);

            void Look()
            {
                foreach (var call in unlogged.Look(edges.Select(edge => edge.Session), TimeSpan.FromSeconds(now)))
                {
                    Assert.True(owners.Add(call));
                    Assert.True(edges[call % 2].IsDead, $"Call {call} is told by an edge that goes on.");
                }
            }

            foreach (var one in history)
            {
                var edge = edges[one.Edge];
                switch (one.Act)
                {
                    case Act.End when !edge.IsDead:
                        var call = (2 * calls++) + one.Edge;
                        Assert.True(edge.Outbox.TryAdd(call, mustKeep: true));
                        edge.Untold.Enqueue((call, edge.Outbox.LastParcel));
                        break;
                    case Act.Hear when edge.Untold.TryDequeue(out var told) && !edge.IsDead:
                        unlogged.AddCall(edge.Session.EdgeSession, told.Parcel, told.Call);
                        heard.Add(told.Call);
                        break;
                    case Act.Make when !edge.IsDead:
                        edge.UnderWay = edge.Outbox.Next(0, 0);
                        break;
                    case Act.Store:
                        Store(edge, log);
                        break;
                    case Act.Look:
                        Look();
                        break;
                    case Act.Tick:
                        // Edges that live tell something in every period, and periods are shorter than the silence.
                        now += Silence / 2;
                        foreach (var living in edges.Where(living => !living.IsDead))
                        {
                            living.UnderWay = living.Outbox.Next(0, 0);
                            Store(living, log);
                        }

                        Look();
                        break;
                    case Act.Kill:
                        edge.IsDead = true;
                        break;
                    default:
                        break;
                }
            }

            for (var i = 0; i < 10; i++, now += Silence)
            {
                foreach (var living in edges.Where(living => !living.IsDead))
                {
                    living.UnderWay = living.Outbox.Next(0, 0);
                    Store(living, log);
                    living.UnderWay = living.Outbox.Next(0, 0);
                    Store(living, log);
                }

                Look();
            }

            Assert.Superset(heard, log.Union(owners).ToHashSet());
            byEdges += log.Count;
            inPlace += owners.Except(log).Count();
        });

        Assert.True(byEdges > 10_000 && inPlace > 300, $"{byEdges} were logged by edges, {inPlace} in their place.");
    }

    private static void Store(Edge edge, HashSet<int> log)
    {
        if (edge.UnderWay is { } parcel)
        {
            log.UnionWith(parcel.Items);
            edge.Session = edge.Session with { Reports = parcel.Number };
            edge.Outbox.Acknowledged(parcel.Number);
            edge.UnderWay = null;
        }
    }
}
