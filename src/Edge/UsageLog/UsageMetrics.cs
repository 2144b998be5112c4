using System.Diagnostics.Metrics;

namespace Sluice.Edge.UsageLog;

/// <summary>What is measured of the usage log at an edge. Tags are closed sets.</summary>
internal sealed class UsageMetrics
{
    private readonly Counter<long> _events;
    private readonly UpDownCounter<long> _waiting;
    private readonly Counter<long> _refused;

    public UsageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EdgeMetrics.MeterName);
        _events = meter.CreateCounter<long>(
            "sluice.usage.events", "{event}",
            "Events of ended calls: kept until they are stored, stored, or dropped because there was no room.");
        _waiting = meter.CreateUpDownCounter<long>(
            "sluice.usage.waiting", "{event}", "Events that are not stored yet.");
        _refused = meter.CreateCounter<long>(
            "sluice.usage.refused", "{call}",
            "Calls of metered plans that were refused because they could not be logged.");
    }

    public void Added(bool kept)
    {
        Count(kept ? "kept" : "dropped", 1);
        _waiting.Add(kept ? 1 : 0);
    }

    public void Stored(int events)
    {
        Count("stored", events);
        _waiting.Add(-events);
    }

    public void Refused() => _refused.Add(1);

    private void Count(string outcome, int events) =>
        _events.Add(events, new KeyValuePair<string, object?>("outcome", outcome));
}
