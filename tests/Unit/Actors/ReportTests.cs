using Sluice.Actors.Introspection;
using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>What a host says of itself.</summary>
public sealed class ReportTests
{
    private readonly World _world = new(typeof(WorkerGrain), typeof(LookedGrain));

    [Fact]
    public void A_host_counts_its_grains_and_names_the_longest_queues()
    {
        _world.Journal.Close("held");
        foreach (var (key, calls) in new[] { ("b", 3), ("a", 3), ("c", 5), ("d", 1) })
        {
            for (var i = 0; i < calls; i++)
            {
                _ = _world.Begin(() => _world.Worker(key).Do("held"));
            }
        }

        _world.Run(() => _world.Host.GrainFactory.GetGrain<ILooked>("x").Inspect());

        var report = Report();

        Assert.Equal((5, 8), (report.Activations, report.Waiting));
        Assert.Equal(
            [("worker", 4, 8), ("looked", 1, 0)],
            report.Types.Select(type => (type.Type, type.Activations, type.Waiting)));
        Assert.Equal(
            [("worker/c", 4), ("worker/a", 2), ("worker/b", 2)],
            report.LongestQueues.Select(grain => (grain.Grain.ToString(), grain.Waiting)));
        Assert.All(report.LongestQueues, grain => Assert.Equal($"{grain.Grain}.Do", grain.Running));
        Assert.True(report.MemoryBytes > report.HeapBytes && report.HeapBytes > 0);
    }

    [Fact]
    public void No_more_queues_are_named_than_ten_and_they_are_the_longest()
    {
        _world.Journal.Close("held");
        for (var grain = 0; grain < 30; grain++)
        {
            for (var i = 0; i <= (grain * 7) % 30; i++)
            {
                _ = _world.Begin(() => _world.Worker($"{grain}").Do("held"));
            }
        }

        Assert.Equal(
            Enumerable.Range(20, 10).Reverse(), Report().LongestQueues.Select(grain => grain.Waiting));
    }

    [Fact]
    public void A_list_is_of_one_type_and_of_a_least_queue_where_that_is_asked()
    {
        _world.Journal.Close("held");
        _ = _world.Begin(() => _world.Worker("a").Do("held"));
        _ = _world.Begin(() => _world.Worker("a").Do("next"));
        _world.Run(() => _world.Worker("b").Do("x"));
        _world.Run(() => _world.Host.GrainFactory.GetGrain<ILooked>("x").Inspect());

        Assert.Equal(["worker/a", "looked/x", "worker/b"], List(new ActivationQuery()));
        Assert.Equal(["worker/a", "worker/b"], List(new ActivationQuery { Type = "worker" }));
        Assert.Equal(["worker/a"], List(new ActivationQuery { WaitingMin = 1 }));
        Assert.Equal(["worker/a"], List(new ActivationQuery { Most = 1 }));
        Assert.Empty(List(new ActivationQuery { Type = "nonsense" }));
    }

    [Fact]
    public void Calls_and_failures_are_counted_over_the_last_seconds_only()
    {
        _world.Advance(TimeSpan.FromSeconds(7));
        for (var i = 0; i < 70; i++)
        {
            _world.Run(() => _world.Worker("a").Do("x"));
        }

        for (var i = 0; i < 14; i++)
        {
            World.Failure<FormatException>(_world.Begin(() => _world.Worker("a").Fail("x")));
        }

        var report = Report();
        Assert.Equal(84 / 7.0, report.CallsPerSecond, precision: 9);
        Assert.Equal(14 / 7.0, report.FailuresPerSecond, precision: 9);
        Assert.Equal(TimeSpan.FromSeconds(7), report.Uptime);
        Assert.Equal(_world.Time.GetUtcNow(), report.StartedAt + report.Uptime);

        _world.Advance(CallStatistics.WindowLength);
        _world.Advance(CallStatistics.WindowLength);
        report = Report();
        Assert.Equal((0, 0, 0), (report.CallsPerSecond, report.FailuresPerSecond, report.Latency.Measured));
    }

    [Fact]
    public void One_call_in_seventeen_is_measured_from_its_arrival_to_its_turn_and_to_its_answer()
    {
        const int Measured = 6;
        _world.Journal.Close("held");
        var calls = Enumerable.Range(0, Measured * CallStatistics.SampleEvery / 2).SelectMany(i => new[]
        {
            _world.Begin(() => _world.Worker($"{i}").Do("held")), _world.Begin(() => _world.Worker($"{i}").Do("next")),
        }).ToList();
        _world.Advance(TimeSpan.FromSeconds(3));
        _world.Open("held");
        calls.ForEach(call => World.Result(call));

        var report = Report();

        // On each grain the one waits for nothing and takes three seconds, the other waits for it and takes as long.
        Assert.Equal((Measured, Measured), (report.Latency.Measured, report.Waited.Measured));
        Assert.InRange(report.Latency.P50, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3) * 9 / 8);
        Assert.InRange(report.Waited.P99, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3) * 9 / 8);
        Assert.Equal(TimeSpan.Zero, report.Waited.P50);
    }

    [Fact]
    public void A_call_that_times_out_in_a_queue_is_a_failure_that_took_as_long()
    {
        _world.Journal.Close("stuck");
        var calls = Enumerable.Range(0, 2 * CallStatistics.SampleEvery)
            .Select(_ => _world.Begin(() => _world.Worker("a").Brief("stuck"))).ToList();

        _world.Advance(TimeSpan.FromSeconds(2.1));

        calls.ForEach(call => World.Failure<TimeoutException>(call));
        var report = Report();
        Assert.Equal(2 * CallStatistics.SampleEvery / 2.1, report.FailuresPerSecond, precision: 9);
        Assert.Equal(2, report.Latency.Measured);
        Assert.InRange(report.Latency.P50, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.5));
    }

    private HostReport Report()
    {
        var look = _world.Run(() => _world.Host.ReportAsync(CancellationToken.None));
        var silo = Assert.Single(look.Silos);
        Assert.Equal((0, null, true, null), (look.ViewVersion, silo.Silo, silo.IsSelf, silo.Problem));
        return silo.Answer!;
    }

    private IEnumerable<string> List(ActivationQuery query) =>
        _world.Run(() => _world.Host.ListAsync(query, CancellationToken.None)).Single().Answer!
            .Select(grain => grain.Grain.ToString());
}
