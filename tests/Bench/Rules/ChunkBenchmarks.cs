using BenchmarkDotNet.Attributes;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Bench.Rules;

/// <summary>What is decided at the edge, and what it takes to be allowed to.</summary>
public class ChunkBenchmarks
{
    private const int Key = 1;

    private static readonly ChunkDemand Demand = new(RequestsPerSpan: 1_000, default, Edges: 3);

    private readonly BenchClient _owner = new(
        new Limit("per-minute", LimitKind.Rate, 1_000_000_000, 0, TimeSpan.FromMinutes(1)));

    private readonly EdgeChunk _chunk = new(
        new ChunkId(1, 1), [new ChunkPart(null, long.MaxValue)], Key, 1, TimeSpan.Zero, TimeSpan.FromHours(1));

    private long _number;

    [Benchmark]
    public bool Spend_at_the_edge() => _chunk.TrySpend(default, Key, TimeSpan.FromSeconds(1));

    [Benchmark]
    public bool Grant_and_take_back()
    {
        var id = new ChunkId(1, ++_number);
        var chunk = ChunkRules.Grant(_owner.State, id, Demand, _owner.Policy, _owner.Next())!;
        return ChunkRules.Return(
            _owner.State, new ChunkReturn(id, chunk.Rates), _owner.Policy, _owner.Next());
    }
}
