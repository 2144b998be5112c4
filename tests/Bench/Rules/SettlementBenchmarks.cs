using BenchmarkDotNet.Attributes;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Bench.Rules;

/// <summary>The end of a call whose debit lies behind many others: the level is worked out again from there.</summary>
public class SettlementBenchmarks
{
    private const int OpenCalls = 400;

    private static readonly Costs Reserved = new(1_200, 400);
    private static readonly Ending Ended = new(EndingKind.Used, new Costs(1_200, 300));

    private readonly BenchClient _client = new(
        new Limit("tokens", LimitKind.Rate, 100_000_000_000, 0, TimeSpan.FromMinutes(1), Units.TotalTokens));

    private readonly Queue<RequestId> _open = new();

    public SettlementBenchmarks()
    {
        for (var i = 0; i < OpenCalls; i++)
        {
            Begin();
        }
    }

    /// <summary>The oldest of 400 calls ends, and another begins.</summary>
    [Benchmark]
    public bool Settle_the_oldest_of_400_calls()
    {
        var settled = AdmissionRules.Complete(_client.State, _open.Dequeue(), Ended, _client.Policy, _client.Next());
        Begin();
        return settled;
    }

    private void Begin()
    {
        var request = _client.Ask(Reserved);
        AdmissionRules.Decide(_client.State, request, _client.Policy, _client.Next());
        _open.Enqueue(request.RequestId);
    }
}
