using System.Diagnostics.Metrics;

namespace Sluice.Edge.CallLog;

/// <summary>How whole the call log is.</summary>
internal sealed class CallLogMetrics
{
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _stored;
    private readonly Counter<long> _failures;

    public CallLogMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EdgeMetrics.MeterName);
        _stored = meter.CreateCounter<long>("sluice.call_log.stored", "{call}", "Calls that are in the call log.");
        _dropped = meter.CreateCounter<long>(
            "sluice.call_log.dropped", "{call}", "Calls that are not in the call log: there was no room for them.");
        _failures = meter.CreateCounter<long>(
            "sluice.call_log.failures", "{batch}", "Batches that no silo stored in time; they are sent again.");
    }

    public void Dropped() => _dropped.Add(1);

    public void Stored(int calls) => _stored.Add(calls);

    public void Failed() => _failures.Add(1);
}
