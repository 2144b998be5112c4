using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

public sealed class ChunkRulesTests
{
    private static readonly ChunkId First = new(EdgeSession: 7, Number: 1);

    private static readonly ClientPolicy Hot = Policy(
        new Limit("requests", LimitKind.Rate, 1_000, 0, TimeSpan.FromMinutes(1)),
        new Limit("tokens", LimitKind.Rate, 80_000, 0, TimeSpan.FromMinutes(1), Units.TotalTokens),
        new Limit("per-month", LimitKind.Quota, 10_000, 0, TimeSpan.Zero));

    private static readonly ChunkDemand Demand = new(RequestsPerSpan: 40, new Costs(60, 40), Edges: 2);

    [Fact]
    public void A_chunk_takes_of_every_limit_what_so_many_requests_cost()
    {
        var client = Idle(Hot, reserved: 100);

        var chunk = ChunkRules.Grant(client, First, Demand, Hot, At(0))!;

        Assert.Equal([40, 4_000], chunk.Rates);
        Assert.Equal([40], chunk.Quotas);
        Assert.Equal(At(0).Elapsed + ChunkSize.Ttl, chunk.Deadline);
        Assert.Equal([40, 4_000], client.Buckets.Select(bucket => bucket.Out));
        Assert.Equal(960, client.Buckets[0].Remaining(Hot.Rates[0].Bucket));
        Assert.Equal(40, client.Quotas[0].Used);
    }

    [Fact]
    public void The_limit_that_has_least_room_decides_and_what_is_not_stored_is_no_room()
    {
        var client = Idle(Hot, reserved: 20);

        Assert.Equal([20], ChunkRules.Grant(client, First, Demand, Hot, At(0))!.Quotas);
        Assert.Null(ChunkRules.Grant(client, First with { Number = 2 }, Demand, Hot, At(0)));
        Assert.Equal(20, client.Buckets[0].Out);
    }

    [Fact]
    public void A_rate_that_is_stored_ahead_is_granted_as_far_as_it_is_open()
    {
        var client = Idle(Hot, reserved: 100);
        var limit = Hot.Rates[0].Bucket;
        var closed = RateCeiling.Closed(client.Buckets[0]);
        client.Ceilings[0] = closed.Raised(closed.Next(client.Buckets[0], 0, 25, limit)!.Value, TimeSpan.Zero);

        Assert.Equal([25, 2_500], ChunkRules.Grant(client, First, Demand, Hot, At(0))!.Rates);
    }

    [Fact]
    public void Clients_whose_calls_are_counted_at_once_get_no_chunk()
    {
        var policy = Policy(new Limit("requests", LimitKind.Rate, 1_000, 0, TimeSpan.FromMinutes(1)), TwoAtOnce);

        Assert.Null(ChunkRules.Grant(Idle(policy), First, Demand, policy, At(0)));
    }

    /// <summary>Guards the settlement: who spends alone knows nothing of what a call used, and of who runs.</summary>
    [Fact]
    public void Edges_admit_by_themselves_only_where_a_call_costs_a_request_and_nothing_else()
    {
        var rate = new Limit("requests", LimitKind.Rate, 1_000, 0, TimeSpan.FromMinutes(1));
        var quota = new Limit("per-month", LimitKind.Quota, 10_000, 0, TimeSpan.Zero);

        Assert.True(ChunkRules.CanBeGranted(Policy(rate)));
        Assert.True(ChunkRules.CanBeGranted(Policy(rate, quota)));
        Assert.False(ChunkRules.CanBeGranted(Policy()));
        Assert.False(ChunkRules.CanBeGranted(Policy(rate, TwoAtOnce)));
        Assert.False(ChunkRules.CanBeGranted(Policy(rate, quota with { Unit = Units.TotalTokens })));
        Assert.False(ChunkRules.CanBeGranted(Hot));
    }

    [Theory]
    [InlineData(1_000, 2, 40, 0, 1_000, 40)] // What the edge uses.
    [InlineData(1_000, 2, 5, 0, 1_000, 16)] // At least so many.
    [InlineData(1_000, 2, 400, 0, 1_000, 125)] // A quarter, shared by two.
    [InlineData(127, 2, 40, 0, 127, 0)] // A quarter shared by two is 15.
    [InlineData(128, 2, 40, 0, 128, 16)]
    [InlineData(1_000, 1, 400, 300, 700, 200)] // Half may be out.
    [InlineData(1_000, 1, 400, 490, 510, 0)]
    [InlineData(1_000, 1, 400, 0, 20, 20)] // What is there.
    [InlineData(1_000, 1, 400, 0, 15, 0)]
    public void A_chunk_has_the_size_that_is_worth_its_while_and_safe(
        long capacity, int edges, long perSpan, long isOut, long level, long expected)
    {
        var limit = new BucketLimit(capacity, capacity, TimeSpan.FromMinutes(1));
        var bucket = new TokenBucket(level * limit.Period.Ticks, isOut, default);

        Assert.Equal(expected, ChunkSize.Of(perSpan, least: 16, edges, bucket, limit));
    }

    [Fact]
    public void What_was_not_spent_comes_back_once()
    {
        var client = Idle(Hot, reserved: 100);
        var before = client.Copy();
        ChunkRules.Grant(client, First, Demand, Hot, At(0));
        Assert.Equal(40, client.RecentUse[0].PerSpan);
        before = before with { RecentUse = [.. client.RecentUse] }; // A hint of what comes, and no use.

        Assert.True(ChunkRules.Return(client, new ChunkReturn(First, [0, 0, 0]), Hot, At(0)));
        AssertSame(before, client);
        Assert.False(ChunkRules.Return(client, new ChunkReturn(First, [0, 0, 0]), Hot, At(0)));
        AssertSame(before, client);
    }

    [Fact]
    public void What_was_spent_beyond_is_a_debt()
    {
        var client = Idle(Hot, reserved: 100);
        ChunkRules.Grant(client, First, Demand, Hot, At(0));

        ChunkRules.Return(client, new ChunkReturn(First, [40, 9_000, 40]), Hot, At(0));

        Assert.Equal(71_000, client.Buckets[1].Remaining(Hot.Rates[1].Bucket));
        Assert.Equal(0, client.Buckets[1].Out);
    }

    /// <summary>Guards whoever asks while chunks hold what it needs: no time alone brings that back.</summary>
    [Fact]
    public void A_request_that_chunks_leave_no_room_for_is_told_when_the_first_of_them_is_over()
    {
        var policy = Policy(new Limit("tokens", LimitKind.Rate, 100, 0, TimeSpan.FromMinutes(1), Units.TotalTokens));
        var client = Idle(policy);
        ChunkRules.Take(client, new Chunk(First, [60], [], At(0), At(0.5).Elapsed), policy);

        var decision = AdmissionRules.Decide(client, Ask(1) with { Costs = new Costs(50, 0) }, policy, At(0.1));

        Assert.Equal((Verdict.RateLimited, true), (decision.Verdict, decision.BlockedByOut));
        Assert.Equal(TimeSpan.FromSeconds(0.4), decision.RetryAfter);
    }

    /// <summary>Guards a change of plan: what an edge may still spend is still out under the new limits.</summary>
    [Fact]
    public void A_chunk_stays_out_through_a_change_of_limits_and_nothing_of_it_comes_back()
    {
        var next = Policy(new Limit("requests", LimitKind.Rate, 2_000, 0, TimeSpan.FromMinutes(1)));
        var client = Idle(Hot, reserved: 100);
        ChunkRules.Grant(client, First, Demand, Hot, At(0));

        var moved = client.Under(next, Hot, At(0));
        Assert.Equal(40, Assert.Single(moved.Buckets).Out);
        Assert.False(ChunkRules.Return(moved, new ChunkReturn(First, [0, 0, 0]), next, At(0)));

        moved.MoveTo(At(0.5), next);
        Assert.Equal(0, moved.Buckets[0].Out);
        Assert.Empty(moved.Chunks.Out);
    }
}
