using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sluice.Actors.Hosting;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>The figures of a silo among others, as a collector reads them.</summary>
public sealed class WireFigureTests : IAsyncDisposable
{
    private readonly EngineCluster _cluster = new();
    private readonly ConcurrentDictionary<string, double> _figures = new();
    private readonly MeterListener _listener = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task View_silos_connections_and_open_calls_are_told()
    {
        var one = await _cluster.StartSiloAsync("one");
        var two = await _cluster.StartSiloAsync("two");
        await Eventually.True(() => one.Host.Silos.Count == 2, "The silos know each other.");
        Listen(one.Host);
        var view = (await one.Host.ReportAsync(CancellationToken.None).Within()).ViewVersion;
        var key = await KeyOnAsync(two);

        var blocked = one.Host.Client.GetGrain<INote>(key).Block("held");
        await _cluster.Gates.HasBegun("held").Within();
        _listener.RecordObservableInstruments();

        Assert.Equal(view, _figures["sluice.actors.view.version"]);
        Assert.Equal(2, _figures["sluice.actors.silos"]);
        Assert.Equal(2, _figures["sluice.actors.connections"]); // One that each of them has made.
        Assert.Equal(1, _figures["sluice.actors.pending"]);

        _cluster.Gates.Open("held");
        await blocked.Within();
        _listener.RecordObservableInstruments();
        Assert.Equal(0, _figures["sluice.actors.pending"]);
    }

    [Fact]
    public async Task Grains_that_leave_with_what_they_have_are_counted()
    {
        var one = await _cluster.StartSiloAsync("one");
        var two = await _cluster.StartSiloAsync("two");
        await Eventually.True(() => one.Host.Silos.Count == 2, "The silos know each other.");
        Listen(one.Host);
        await two.Host.Client.GetGrain<INote>(await KeyOnAsync(one)).Add(1).AsTask().Within();

        await one.Host.StopAsync(CancellationToken.None).Within();

        Assert.Equal(1, _figures["sluice.actors.handovers"]);
    }

    /// <summary>The key of a note that lives on that silo, by the engine's own answer.</summary>
    private static async Task<string> KeyOnAsync(EngineSilo silo)
    {
        for (var i = 0; ; i++)
        {
            var look = await silo.Host.LookAsync(GrainId.Create("note", $"n{i}"), CancellationToken.None).Within();
            if (look!.SiloId == silo.Entry.Id)
            {
                return $"n{i}";
            }
        }
    }

    private void Listen(ActorHost host)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, host))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => _figures[instrument.Name] = value);
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument is Counter<long>)
            {
                _figures.AddOrUpdate(instrument.Name, value, (_, before) => before + value);
            }
            else
            {
                _figures[instrument.Name] = value;
            }
        });
        _listener.Start();
    }
}
