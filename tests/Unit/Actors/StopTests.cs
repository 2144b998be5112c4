using Sluice.Actors.Hosting;
using Xunit;

namespace Sluice.Unit.Actors;

public sealed class StopTests
{
    private readonly World _world = new(
        new WorldOptions { Host = new ActorHostOptions { ResponseTimeout = TimeSpan.FromMinutes(5) } });

    [Fact]
    public void A_stop_lets_what_runs_and_waits_end_and_deactivates_everything()
    {
        _world.Journal.Close("held");
        var running = _world.Begin(() => _world.Worker("a").Do("held"));
        var waiting = _world.Begin(() => _world.Worker("a").Do("next"));
        _world.Run(() => _world.Worker("b").Do("x"));

        var stop = _world.Begin(() => _world.Host.StopAsync(CancellationToken.None));
        Assert.False(stop.IsCompleted);
        _world.Open("held");

        World.Result(stop);
        World.Result(running);
        World.Result(waiting);
        Assert.Contains("a deactivates: ShuttingDown", _world.Journal.Entries);
        Assert.Contains("b deactivates: ShuttingDown", _world.Journal.Entries);
        Assert.Empty(_world.Host.Activations());
    }

    [Fact]
    public void A_stopping_host_takes_no_calls_from_outside_and_grains_may_finish_theirs()
    {
        _world.Journal.Close("step");
        var call = _world.Begin(() => _world.Worker("a").AskTwo("b", "c", "step"));
        var stop = _world.Begin(() => _world.Host.StopAsync(CancellationToken.None));

        World.Failure<SiloUnavailableException>(_world.Begin(() => _world.Worker("d").Do("x")));
        _world.Open("step");

        Assert.Equal("b heard: c did inner", World.Result(call));
        World.Result(stop);
        Assert.Empty(_world.Host.Activations());
    }

    [Fact]
    public void A_stop_does_not_wait_longer_than_it_may_and_tells_who_waits()
    {
        _world.Journal.Close("stuck");
        var running = _world.Begin(() => _world.Worker("a").Do("stuck"));
        var waiting = _world.Begin(() => _world.Worker("a").Do("next"));
        var stop = _world.Begin(() => _world.Host.StopAsync(CancellationToken.None));

        _world.Advance(TimeSpan.FromSeconds(29));
        Assert.False(stop.IsCompleted);
        _world.Advance(TimeSpan.FromSeconds(2));

        World.Result(stop);
        World.Failure<SiloUnavailableException>(running);
        World.Failure<SiloUnavailableException>(waiting);
        Assert.Contains(_world.Log.Errors, text => text.Contains("left worker/a behind", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stop_logs_its_progress()
    {
        _world.Journal.Close("stuck");
        _ = _world.Begin(() => _world.Worker("a").Do("stuck"));
        _ = _world.Begin(() => _world.Host.StopAsync(CancellationToken.None));

        _world.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(3,
            _world.Log.All.Count(text => text.Contains("1 activations are left", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_stopped_host_holds_no_timer()
    {
        _world.Run(() => _world.Worker("a").Do("x"));

        _world.Run(() => _world.Host.StopAsync(CancellationToken.None));

        Assert.Equal(0, _world.Time.ArmedTimers);
    }
}
