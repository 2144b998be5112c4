using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sluice.Actors.Calls;

namespace Sluice.Actors.Hosting;

/// <summary>
/// The figures of one host. Nothing is measured for instruments that nobody listens to. Tags are the grain's type and
/// the method, closed sets both; never a key.
/// </summary>
internal sealed class HostMetrics : IDisposable
{
    internal const string Name = "Sluice.Actors";

    internal static readonly ActivitySource Activities = new(Name);

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _moved;
    private readonly Counter<long> _forwarded;
    private readonly Counter<long> _handedOver;

    internal HostMetrics(ActorHost host)
    {
        _time = host.Time;
        _meter = new Meter(new MeterOptions(Name) { Scope = host });
        _calls = _meter.CreateCounter<long>("sluice.actors.calls", "{call}", "Calls answered.");
        _failures = _meter.CreateCounter<long>(
            "sluice.actors.call.failures", "{call}", "Calls answered with an error.");
        _latency = _meter.CreateHistogram<double>(
            "sluice.actors.call.duration", "s", "From the call to its answer.", null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 0.1, 1, 5, 30],
            });
        _meter.CreateObservableGauge(
            "sluice.actors.activations",
            () => host.CountByType().Select(
                entry => new Measurement<int>(entry.Value,
                    new KeyValuePair<string, object?>("grain.type", entry.Key.ToString()))),
            "{activation}", "Activations in memory.");
        _meter.CreateObservableGauge(
            "sluice.actors.waiting", host.CountWaiting, "{call}", "Requests that wait for their activation.");
        _meter.CreateObservableGauge(
            "sluice.actors.view.version", () => host.View.Version, null, "Counts the changes of membership.");
        _meter.CreateObservableGauge(
            "sluice.actors.silos", () => host.View.Silos.Length, "{silo}", "Silos in the view.");
        _meter.CreateObservableGauge(
            "sluice.actors.connections", () => host.WireLoad.Connections, "{connection}",
            "Connections that are open, from either side.");
        _meter.CreateObservableGauge(
            "sluice.actors.pending", () => host.WireLoad.Pending, "{call}", "Calls sent to others and not answered.");
        _reconnects = _meter.CreateCounter<long>(
            "sluice.actors.reconnects", "{connection}", "Connections made anew to a silo after one was lost.");
        _moved = _meter.CreateCounter<long>(
            "sluice.actors.moved", "{call}", "Calls not run here because their grain lives elsewhere.");
        _forwarded = _meter.CreateCounter<long>(
            "sluice.actors.forwarded", "{call}", "Calls sent on for clients that cannot reach their owner.");
        _handedOver = _meter.CreateCounter<long>(
            "sluice.actors.handovers", "{grain}", "Grains that ended here and left what they had in memory.");
    }

    internal void Reconnected() => _reconnects.Add(1);

    internal void Moved() => _moved.Add(1);

    internal void Forwarded() => _forwarded.Add(1);

    internal void HandedOver() => _handedOver.Add(1);

    /// <summary>Somebody wants to know how long each call takes.</summary>
    internal bool AreTimed => _latency.Enabled;

    internal void CallEnded(GrainCall call, Exception? failure)
    {
        if (!_calls.Enabled && !_latency.Enabled && !_failures.Enabled)
        {
            return;
        }

        var tags = new TagList
        {
            { "grain.type", call.Target.Type.ToString() },
            { "grain.method", call.MethodName },
        };
        _calls.Add(1, tags);
        if (call.StartedTimestamp >= 0)
        {
            _latency.Record(_time.GetElapsedTime(call.StartedTimestamp).TotalSeconds, tags);
        }

        if (failure is not null)
        {
            tags.Add("error.type", failure.GetType().Name);
            _failures.Add(1, tags);
        }
    }

    public void Dispose() => _meter.Dispose();
}
