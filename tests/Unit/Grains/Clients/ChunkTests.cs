using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Limits;
using Xunit;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards "exact" where edges spend by themselves: what is granted is taken first.</summary>
public sealed class ChunkTests
{
    private static readonly LimitDefinition Rate = GrainWorld.Rate(1_000);

    private readonly GrainWorld _world = new();
    private long _lastSequence = 1_000;

    [Fact]
    public void An_edge_that_would_rather_not_ask_each_time_gets_a_part_of_every_limit()
    {
        _world.CreateClient(Rate, GrainWorld.Quota(100_000));

        Assert.Equal(100, _world.AdmitMany(100)); // So busy that as much is stored ahead.

        var chunk = Ask(demand: 40)!;

        Assert.Equal([40, 40], chunk.Requests);
        Assert.Equal(ChunkSize.Ttl - EdgeChunk.MarginOf(ChunkSize.Ttl), chunk.Lifetime);
        Assert.Equal(101 + 40, Used("rpm"));
        Assert.Equal(101 + 40, Used("monthly"));
    }

    /// <summary>Guards busy clients: what is stored ahead follows what edges spend, not what they ask for.</summary>
    [Fact]
    public void Chunks_open_the_quota_for_the_next_ones()
    {
        _world.CreateClient(Rate, GrainWorld.Quota(100_000));
        Assert.Equal(100, _world.AdmitMany(100));

        for (var i = 0; i < 10; i++)
        {
            var chunk = Ask(demand: 40)!;
            Assert.Equal([40, 40], chunk.Requests);
            _world.Advance(TimeSpan.FromSeconds(5));
            Return(new ReturnedChunk(1, chunk.Number, [40, 40]));
        }

        Assert.Equal(100 + 410, Used("monthly"));
    }

    [Fact]
    public void What_an_edge_gives_back_can_be_used_by_others_once()
    {
        _world.CreateClient(Rate);
        var chunk = Ask(demand: 40)!;

        Return(new ReturnedChunk(1, chunk.Number, [10]));
        Return(new ReturnedChunk(1, chunk.Number, [10]));

        Assert.Equal(11, Used("rpm"));
    }

    [Fact]
    public void What_no_edge_gives_back_in_time_counts_as_spent()
    {
        _world.CreateClient(Rate);
        var chunk = Ask(demand: 40)!;

        _world.Advance(ChunkSize.Ttl);
        Return(new ReturnedChunk(1, chunk.Number, [0]));

        Assert.InRange(Used("rpm"), 41 - 9, 41); // Half a second has refilled 8.3 of them.
    }

    /// <summary>Guards the grain against an edge of another version, or a broken one.</summary>
    [Theory]
    [InlineData((long[]?)null)]
    [InlineData(new long[] { })]
    [InlineData(new long[] { 1, 2 })]
    [InlineData(new long[] { -1 })]
    public void What_does_not_fit_the_chunk_is_no_return(long[]? spent)
    {
        _world.CreateClient(Rate);
        var chunk = Ask(demand: 40)!;

        Return(new ReturnedChunk(1, chunk.Number, spent!));

        Assert.Equal(41, Used("rpm"));
    }

    [Fact]
    public void Two_edges_share_what_may_be_out()
    {
        _world.CreateClient(Rate);

        Assert.Equal([250], Ask(demand: 900)!.Requests); // A quarter.
        Assert.Equal([125], Ask(demand: 900, edgeSession: 2)!.Requests);
        Assert.Equal([125], Ask(demand: 900, edgeSession: 1)!.Requests);
        Assert.Null(Ask(demand: 900, edgeSession: 2)); // Half is out.
    }

    [Fact]
    public void Who_does_not_ask_for_a_chunk_gets_none()
    {
        _world.CreateClient(Rate);

        Assert.Null(Ask(demand: 0));
        Assert.Null(Ask(demand: -1));
    }

    [Fact]
    public void A_client_with_slots_gets_none()
    {
        _world.CreateClient(Rate, GrainWorld.Slots(100));

        Assert.Null(Ask(demand: 40));
    }

    [Fact]
    public void A_plan_may_say_that_each_call_is_asked_for()
    {
        _world.CreateClient(Rate);
        _world.Done(() => _world.PlanGrain("gold").Replace(
            GrainWorld.PlanOf("gold", Rate) with { WithoutChunks = true }));

        Assert.Null(Ask(demand: 40));
    }

    [Fact]
    public void A_refusal_brings_none()
    {
        _world.CreateClient(Rate);

        Assert.Null(Ask(demand: 40, keyVersion: 9));
    }

    /// <summary>Guards a change of plan: what is out under old limits is not given twice under new ones.</summary>
    [Fact]
    public void A_chunk_of_limits_that_were_changed_stays_out_and_gives_nothing_back()
    {
        _world.CreateClient(Rate);
        var chunk = Ask(demand: 40)!;

        var smaller = GrainWorld.PlanOf("gold", GrainWorld.Rate(500));
        _world.Done(() => _world.PlanGrain("gold").Replace(smaller));
        Return(new ReturnedChunk(1, chunk.Number, [0]));

        Assert.InRange(Used("rpm"), 40, 500);
    }

    private ChunkGrant? Ask(long demand, long edgeSession = 1, int keyVersion = 1)
    {
        var request = GrainWorld.RequestOf(0, keyVersion: keyVersion) with
        {
            RequestId = new RequestId(edgeSession, ++_lastSequence), ChunkDemand = demand,
        };
        return _world.Run(() => _world.Admission.Admit(request)).Chunk;
    }

    private void Return(ReturnedChunk chunk)
    {
        var batch = new CompletionBatch { Completions = [], Returned = [chunk] };
        _world.Run(async () => await _world.Admission.Complete(batch));
    }

    private long Used(string name) => _world.Inspect().Limits.Single(limit => limit.Name == name).Used;
}
