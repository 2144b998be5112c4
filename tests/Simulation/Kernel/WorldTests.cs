using Xunit;

namespace Sluice.Simulation.Kernel;

/// <summary>Guards the physics of the simulation: clocks, and processes that stand still or are gone.</summary>
public sealed class WorldTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SimulatedWorld _world = new(new Random(1), new EventTrace(null));

    [Fact]
    public void A_clock_that_is_fast_has_its_timers_fire_sooner()
    {
        var (fast, slow) = (_world.NewProcess("fast", 200), _world.NewProcess("slow", -200));
        var (fastAt, slowAt) = (0L, 0L);
        fast.Time.CreateTimer(_ => fastAt = _world.Now, null, 1000 * Second, Timeout.InfiniteTimeSpan);
        slow.Time.CreateTimer(_ => slowAt = _world.Now, null, 1000 * Second, Timeout.InfiniteTimeSpan);

        RunFor(2000 * Second);

        Assert.InRange(TimeSpan.FromTicks(fastAt).TotalSeconds, 999.79, 999.81);
        Assert.InRange(TimeSpan.FromTicks(slowAt).TotalSeconds, 1000.19, 1000.21);
    }

    [Fact]
    public void A_process_that_stood_still_has_each_timer_once_when_it_goes_on()
    {
        var process = _world.NewProcess("one", 0);
        var fired = new List<long>();
        process.Time.CreateTimer(_ => fired.Add(_world.Now), null, Second, Second);
        process.Pause();

        RunFor(10.5 * Second);
        Assert.Empty(fired);
        process.Resume();
        RunFor(1.0 * Second);

        Assert.Equal([10.5, 11.0], fired.Select(at => TimeSpan.FromTicks(at).TotalSeconds));
    }

    [Fact]
    public void Nothing_runs_in_a_process_that_is_gone()
    {
        var process = _world.NewProcess("one", 0);
        var ran = 0;
        process.Time.CreateTimer(_ => ran++, null, Second, Second);
        process.Begin(async () =>
        {
            await Task.Delay(2 * Second, process.Time);
            ran++;
        });
        process.Kill();

        RunFor(10 * Second);

        Assert.Equal(0, ran);
    }

    [Fact]
    public void An_error_that_nobody_catches_ends_the_run()
    {
        _world.NewProcess("one", 0).Call(() => throw new InvalidOperationException("It cannot be."));

        RunFor(Second);

        Assert.Contains("It cannot be.", _world.Broken, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_gets_away_to_another_thread_ends_the_run()
    {
        var process = _world.NewProcess("one", 0);
        var stranger = new Thread(() => process.Call(() => { }));
        stranger.Start();
        stranger.Join();

        Assert.Contains("another thread", _world.Broken, StringComparison.Ordinal);
    }

    private void RunFor(TimeSpan length)
    {
        var until = _world.Now + length.Ticks;
        while (_world.Broken is null && _world.Step(until))
        {
        }
    }
}
