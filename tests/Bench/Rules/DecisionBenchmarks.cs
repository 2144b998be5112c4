using BenchmarkDotNet.Attributes;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Bench.Rules;

/// <summary>One request from its question to its end: what a grain's turn costs beside the turn.</summary>
public class DecisionBenchmarks
{
    private static readonly Costs Tokens = new(1_200, 400);
    private static readonly Ending Ended = new(EndingKind.Used, new Costs(1_100, 350));

    private readonly BenchClient _onRequests = new(BenchClient.OnRequests);
    private readonly BenchClient _onEverything = new(BenchClient.OnEverything);
    private readonly BenchClient _full = new(new Limit("hourly", LimitKind.Rate, 1, 0, TimeSpan.FromHours(1)));

    /// <summary>A rate, slots and a quota of requests.</summary>
    [Benchmark]
    public Verdict Admit_and_complete_3_limits() => Call(_onRequests, default, new Ending(EndingKind.Used));

    /// <summary>Eight limits, of requests, tokens and images, settled by what was used.</summary>
    [Benchmark]
    public Verdict Admit_and_complete_8_limits() => Call(_onEverything, Tokens, Ended);

    /// <summary>The rate is spent, so it says how long to wait.</summary>
    [Benchmark]
    public TimeSpan Refuse_by_rate()
    {
        var now = _full.Next();
        return AdmissionRules.Decide(_full.State, _full.Ask(), _full.Policy, now).RetryAfter;
    }

    private static Verdict Call(BenchClient client, Costs costs, Ending ending)
    {
        var request = client.Ask(costs);
        var decision = AdmissionRules.Decide(client.State, request, client.Policy, client.Next());
        AdmissionRules.Complete(client.State, request.RequestId, ending, client.Policy, client.Next());
        return decision.Verdict;
    }
}
