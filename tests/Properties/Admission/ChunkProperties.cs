using System.Collections.Immutable;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Properties.Limits;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>What must hold when edges spend what an owner granted, whenever they do and however they end.</summary>
public sealed class ChunkProperties
{
    private static readonly TimeSpan Ttl = TimeSpan.FromMilliseconds(500);

    private enum Act
    {
        Grant,
        Spend,
        Ask,
        Settle,
        Undo,
        Return,
        EdgeDies,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Edge">The edge it happens to.</param>
    /// <param name="Tokens">Tokens granted, spent or asked for.</param>
    /// <param name="Used">What a call really uses, in percent of its reservation.</param>
    /// <param name="Gap">Time since the event before.</param>
    private readonly record struct Event(Act Act, int Edge, long Tokens, int Used, TimeSpan Gap);

    private sealed class Edge
    {
        public EdgeChunk? Chunk { get; set; }

        /// <summary>The last call that spent of a chunk.</summary>
        public (EdgeChunk Chunk, TimeSpan At, long Tokens)? Last { get; set; }
    }

    private static readonly Gen<Event[]> Histories =
        (from act in Gen.Frequency(
            (4, Gen.Constant(Act.Grant)),
            (8, Gen.Constant(Act.Spend)),
            (3, Gen.Constant(Act.Ask)),
            (2, Gen.Constant(Act.Settle)),
            (2, Gen.Constant(Act.Undo)),
            (2, Gen.Constant(Act.Return)),
            (1, Gen.Constant(Act.EdgeDies)))
         from edge in Gen.Choose(0, 2)
         from tokens in Draw.Mostly(1, 5, 150)
         from used in Gen.Frequency((2, Gen.Constant(100)), (1, Gen.Choose(0, 100)))
         from milliseconds in Draw.Mostly(0, 20, 700)
         select new Event(act, edge, tokens, used, TimeSpan.FromMilliseconds(milliseconds))).ArrayOf(60);

    private static readonly Gen<BucketLimit> BucketLimits =
        from capacity in Gen.Choose(1, 200)
        from refill in Gen.Choose(1, 400)
        from milliseconds in Draw.Mostly(1, 100, 5_000)
        select new BucketLimit(capacity, refill, TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>
    /// R1 and R6. Guards the promise "a burst, then the rate" over all edges together: none is told when to spend, some
    /// die, and calls that use less than they took leave the rest to the chunk.
    /// </summary>
    [Fact]
    public void R1_no_window_passes_more_than_capacity_plus_refill_over_all_edges() =>
        Law.Holds(BucketLimits, Histories, (limit, history) =>
        {
            RateWindows.AssertNoneExceeds(limit, Play(limit, history, (_, _, _) => { }));
        });

    /// <summary>
    /// R5. Guards the arithmetic of what is out: counted as if it were in, the bucket is one that nobody splits, from
    /// which a chunk is taken when it ends.
    /// </summary>
    [Fact]
    public void R5_level_and_out_together_are_a_bucket_that_nobody_splits() =>
        Law.Holds(BucketLimits, Histories, (limit, history) =>
        {
            Play(limit, history, (owner, debits, now) =>
            {
                var bucket = owner.Buckets[0];
                var whole = (BigInteger)bucket.Credit + bucket.Out * (BigInteger)limit.Period.Ticks;
                Assert.Equal(RateWindows.LevelAfter(limit, debits, now), whole);
                Assert.True(bucket.Credit <= (limit.Capacity - bucket.Out) * limit.Period.Ticks);
                Assert.Equal(owner.Chunks.Out.Values.Sum(chunk => chunk.Rates[0]), bucket.Out);
            });
        });

    /// <summary>Guards the owner against an edge that is slow: what the edge still spends is still out there.</summary>
    [Fact]
    public void An_edge_stops_spending_before_its_owner_stops_waiting() =>
        Law.Holds(Gen.Choose(0, 5_000).Zip(Gen.Choose(1, 2_000)).Zip(Gen.Choose(-200, 200)), drawn =>
        {
            var ((underWayTicks, ttlMilliseconds), drift) = drawn;
            var ttl = TimeSpan.FromMilliseconds(ttlMilliseconds) + EdgeChunk.MarginOf(TimeSpan.FromSeconds(2));
            var granted = TimeSpan.FromTicks(underWayTicks); // Asked for at zero.
            var chunk = Granted(ttl, TimeSpan.Zero);

            // By the edge's clock, which goes wrong by so many parts of a million, when the owner's time is over.
            var over = (granted + ttl) * (1 + drift / 1_000_000.0);

            Assert.False(chunk.IsOpen(over));
            Assert.True(chunk.IsOpen((ttl - EdgeChunk.MarginOf(ttl)) - TimeSpan.FromTicks(1)));
        });

    private static EdgeChunk Granted(TimeSpan ttl, TimeSpan asked) => new(
        new ChunkId(1, 1), [new ChunkPart(Units.TotalTokens, 1)], 1, 1, asked, ttl - EdgeChunk.MarginOf(ttl));

    private static List<(TimeSpan At, long Tokens)> Play(
        BucketLimit limit, Event[] history, Action<ClientState, List<(TimeSpan, long)>, TimeSpan> look)
    {
        var policy = Client.Policy(
            [new Limit("rate", LimitKind.Rate, limit.Refill, limit.Capacity, limit.Period, Units.TotalTokens)]);
        var owner = ClientState.Begin(policy, ImmutableDictionary<string, Quota>.Empty, Client.At(TimeSpan.Zero));
        var edges = new[] { new Edge(), new Edge(), new Edge() };
        var passed = new List<(TimeSpan, long)>();
        var debits = new List<(TimeSpan, long)>();
        var asked = new Queue<(RequestId Id, TimeSpan At, long Tokens)>();
        var elapsed = TimeSpan.Zero;
        for (var i = 0; i < history.Length; i++)
        {
            var happening = history[i];
            elapsed += happening.Gap;
            var (now, edge) = (Client.At(elapsed), edges[happening.Edge]);
            debits.AddRange(
                from chunk in owner.Chunks.Out.Values
                where chunk.Deadline <= elapsed
                select (chunk.Deadline, chunk.Rates[0]));
            owner.MoveTo(now, policy);
            switch (happening.Act)
            {
                case Act.Grant when Math.Min(happening.Tokens, owner.Buckets[0].Remaining(limit)) is var tokens and > 0:
                    var id = new ChunkId(happening.Edge + 1, i);
                    ChunkRules.Take(owner, new Chunk(id, [tokens], [], now, elapsed + Ttl), policy);
                    edge.Chunk ??= new EdgeChunk(
                        id, [new ChunkPart(Units.TotalTokens, tokens)], 1, 1, elapsed, Ttl - EdgeChunk.MarginOf(Ttl));
                    break; // One that comes while another is in use is lost on the way.
                case Act.Spend when edge.Chunk is { } chunk:
                    var reserved = new Costs(happening.Tokens, 0);
                    if (chunk.TrySpend(reserved, 1, elapsed))
                    {
                        var used = happening.Tokens * happening.Used / 100;
                        chunk.Settle(reserved, new Costs(used, 0));
                        passed.Add((elapsed, used));
                        edge.Last = (chunk, elapsed, used);
                    }

                    break;
                case Act.Undo when edge.Last is var (spentOf, at, spent):
                    // It never reached a pool, so it passed nothing; the chunk may have been returned meanwhile.
                    spentOf.Undo(new Costs(spent, 0));
                    passed[passed.IndexOf((at, spent))] = (at, 0);
                    edge.Last = null;
                    break;
                case Act.Ask:
                    var request = Client.Ask(new RequestId(9, i + 1)) with { Costs = new Costs(happening.Tokens, 0) };
                    if (AdmissionRules.Decide(owner, request, policy, now).Verdict is Verdict.Admitted)
                    {
                        passed.Add((elapsed, happening.Tokens));
                        debits.Add((elapsed, happening.Tokens));
                        asked.Enqueue((request.RequestId, elapsed, happening.Tokens));
                    }

                    break;
                case Act.Settle when asked.TryDequeue(out var call):
                    var cost = call.Tokens * happening.Used / 100;
                    var ending = new Ending(EndingKind.Used, new Costs(cost, 0));
                    if (AdmissionRules.Complete(owner, call.Id, ending, policy, now)
                        && elapsed - call.At < DebitHistory.HoldTime(limit))
                    {
                        passed[passed.IndexOf((call.At, call.Tokens))] = (call.At, cost);
                        debits[debits.IndexOf((call.At, call.Tokens))] = (call.At, cost);
                    }

                    break;
                case Act.Return when edge.Chunk?.Return() is { } returned:
                    edge.Chunk = null;
                    if (ChunkRules.Return(owner, returned, policy, now))
                    {
                        debits.Add((elapsed, returned.Spent[0]));
                    }

                    Assert.False(ChunkRules.Return(owner, returned, policy, now));
                    break;
                case Act.EdgeDies:
                    edge.Chunk = null;
                    break;
            }

            look(owner, debits, elapsed);
        }

        return passed;
    }
}
