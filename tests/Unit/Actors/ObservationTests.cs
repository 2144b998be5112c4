using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>What operators see: the list of activations, traces, figures.</summary>
public sealed class ObservationTests
{
    private readonly World _world = new();

    [Fact]
    public void Activations_are_listed_without_activating_anything()
    {
        _world.Advance(TimeSpan.FromMinutes(1));
        var created = _world.Time.GetUtcNow();
        _world.Run(() => _world.Worker("b").Do("x"));
        _world.Journal.Close("held");
        _world.Advance(TimeSpan.FromSeconds(5));
        _ = _world.Begin(() => _world.Worker("a").Do("held"));
        _ = _world.Begin(() => _world.Worker("a").Do("next"));

        var listed = _world.Host.Activations();

        Assert.Equal(["worker/b", "worker/a"], listed.Select(activation => activation.GrainId.ToString()));
        Assert.Equal((0, null, "Active"), (listed[0].Waiting, listed[0].Running, listed[0].State));
        Assert.Equal((1, "worker/a.Do"), (listed[1].Waiting, listed[1].Running));
        Assert.Equal((created, created), (listed[0].CreatedUtc, listed[0].LastCallUtc));
        Assert.Equal(typeof(WorkerGrain), listed[1].GrainClass);
        Assert.Null(_world.Host.Find(GrainId.Create("worker", "c")));
        Assert.Equal(1, _world.Host.Find(GrainId.Create("worker", "a"))!.Waiting);
        Assert.Equal(2, _world.Host.CountByType()[GrainType.Create("worker")]);
    }

    [Fact]
    public void A_trace_goes_on_from_the_caller_through_all_grains()
    {
        var seen = new ConcurrentQueue<Activity>(); // Other tests' activities come in from their own threads.
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate.Name is "Sluice.Actors" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        _world.Run(async () =>
        {
            using var edge = source.StartActivity("edge");
            return await _world.Worker("trace").Ask("traced", "x");
        });

        var edge = seen.Single(activity => activity.OperationName == "edge");
        var mine = seen.Where(activity => activity.TraceId == edge.TraceId)
            .ToDictionary(activity => activity.OperationName);
        Assert.Equal(edge.SpanId, mine["worker.Ask"].ParentSpanId);
        Assert.Equal(mine["worker.Ask"].SpanId, mine["worker.Do"].ParentSpanId);
        Assert.Equal("worker/traced", mine["worker.Do"].GetTagItem("grain.id"));
    }

    [Fact]
    public void A_failed_call_is_marked_in_its_trace()
    {
        var seen = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate.Name == "Sluice.Actors",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        World.Failure<FormatException>(_world.Begin(() => _world.Worker("failing-trace").Fail("x")));

        var failed = seen.Single(activity => activity.GetTagItem("grain.id") is "worker/failing-trace");
        Assert.Equal(ActivityStatusCode.Error, failed.Status);
        Assert.Equal("FormatException", failed.StatusDescription);
    }

    [Fact]
    public void Calls_failures_durations_activations_and_waiting_requests_are_counted()
    {
        var figures = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, _world.Host))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        _world.Journal.Close("held");
        _ = _world.Begin(() => _world.Worker("a").Do("held"));
        _ = _world.Begin(() => _world.Worker("a").Do("next"));
        listener.RecordObservableInstruments();
        _world.Advance(TimeSpan.FromSeconds(2));
        _world.Open("held");
        World.Failure<FormatException>(_world.Begin(() => _world.Worker("a").Fail("x")));

        Assert.Equal(2, figures["sluice.actors.calls worker Do"]);
        Assert.Equal(1, figures["sluice.actors.calls worker Fail"]);
        Assert.Equal(1, figures["sluice.actors.call.failures worker Fail FormatException"]);
        Assert.Equal(4, figures["sluice.actors.call.duration worker Do"]);
        Assert.Equal(1, figures["sluice.actors.activations worker"]);
        Assert.Equal(1, figures["sluice.actors.waiting"]);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = instrument.Name;
            foreach (var tag in tags)
            {
                name += $" {tag.Value}";
            }

            figures[name] = figures.GetValueOrDefault(name) + value;
        }
    }
}
