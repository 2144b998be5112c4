using System.Diagnostics.Metrics;
using Sluice.Actors.Hosting;

namespace Sluice.Cluster.Engine;

/// <summary>How many calls one silo has sent on for clients, since this began to count.</summary>
internal sealed class ForwardedCalls : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    internal ForwardedCalls(ActorHost host)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "sluice.actors.forwarded" && ReferenceEquals(instrument.Meter.Scope, host))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, amount, _, _) => Interlocked.Add(ref _count, amount));
        _listener.Start();
    }

    internal long Count => Interlocked.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
