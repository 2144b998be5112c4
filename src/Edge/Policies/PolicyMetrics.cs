using System.Diagnostics.Metrics;

namespace Sluice.Edge.Policies;

/// <summary>What the policy agent decides. Tags are closed sets.</summary>
internal sealed class PolicyMetrics
{
    private readonly Counter<long> _decided;

    public PolicyMetrics(IMeterFactory meters) => _decided = meters.Create(EdgeMetrics.MeterName).CreateCounter<long>(
        "sluice.policy.decisions", "{call}",
        "Calls that a policy agent was asked about: allowed, denied, remembered from before, unknown.");

    public void Decided(string answer) => _decided.Add(1, new KeyValuePair<string, object?>("answer", answer));
}
