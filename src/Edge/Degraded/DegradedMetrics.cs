using System.Diagnostics.Metrics;
using Sluice.Rules.Limits;

namespace Sluice.Edge.Degraded;

/// <summary>What an edge does while it cannot reach grains. Tags are closed sets.</summary>
internal sealed class DegradedMetrics
{
    private readonly Counter<long> _admitted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _debt;
    private Func<int> _outages = () => 0;

    public DegradedMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EdgeMetrics.MeterName);
        _admitted = meter.CreateCounter<long>(
            "sluice.degraded.admitted", "{call}", "Model calls admitted while their grain could not be reached.");
        _refused = meter.CreateCounter<long>(
            "sluice.degraded.not_admitted", "{call}",
            "Model calls that could not be admitted while their grain could not be reached, by why.");
        _debt = meter.CreateCounter<long>(
            "sluice.degraded.debt_taken", "{call}", "Of the calls so admitted, those that a grain has counted since.");
        meter.CreateObservableGauge(
            "sluice.degraded.clients", () => _outages(), "{client}", "Clients whose grain cannot be reached now.");
    }

    /// <summary>Who counts the clients.</summary>
    public void Count(Func<int> outages) => _outages = outages;

    public void Admitted() => _admitted.Add(1);

    public void Refused(DegradedAnswer answer) =>
        _refused.Add(1, new KeyValuePair<string, object?>("reason", answer.ToString()));

    public void DebtTaken(long calls)
    {
        if (calls > 0)
        {
            _debt.Add(calls);
        }
    }
}
