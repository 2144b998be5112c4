using Xunit;

namespace Sluice.Unit.Actors;

public sealed class DeadlockTests
{
    private readonly World _world = new();

    [Fact]
    public void A_grain_that_waits_for_itself_is_told_at_once()
    {
        var failure = World.Failure<InvalidOperationException>(_world.Begin(() => _world.Worker("a").Ask("a", "x")));

        Assert.StartsWith(
            "Deadlock: worker/a.Ask → worker/a.Do, which waits for worker/a.Ask.", failure.Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_that_comes_back_is_told_at_once_and_lists_the_chain()
    {
        var failure = World.Failure<InvalidOperationException>(
            _world.Begin(() => _world.Worker("a").AskTwo("b", "a", "x")));

        Assert.StartsWith(
            "Deadlock: worker/a.AskTwo → worker/b.Ask → worker/a.Do, which waits for worker/a.AskTwo.",
            failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_separate_chains_that_wait_for_each_other_are_told_when_the_second_closes_the_cycle()
    {
        _world.Journal.Close("one", "two");
        var first = _world.Begin(() => _world.Worker("a").AskTwo("b", "c", "one"));
        var second = _world.Begin(() => _world.Worker("b").AskTwo("a", "c", "two"));

        _world.Open("one"); // a waits for b, which is busy.
        Assert.False(first.IsCompleted);
        _world.Open("two"); // b would wait for a, which waits for b.

        var failure = World.Failure<InvalidOperationException>(second);
        Assert.Contains(
            "worker/a.AskTwo → worker/b.Ask, which waits for worker/b.AskTwo → worker/a.Ask",
            failure.Message, StringComparison.Ordinal);
        Assert.Equal("b heard: c did inner", World.Result(first));
    }

    [Fact]
    public void A_busy_grain_that_waits_for_nobody_in_the_chain_is_waited_for()
    {
        _world.Journal.Close("held");
        _ = _world.Begin(() => _world.Worker("b").Do("held"));
        var call = _world.Begin(() => _world.Worker("a").Ask("b", "next"));
        Assert.False(call.IsCompleted);

        _world.Open("held");

        Assert.Equal("a heard: b did next", World.Result(call));
    }

    [Fact]
    public void A_chain_may_come_back_by_an_interleaving_method() =>
        Assert.Equal("a did aside x", _world.Run(() => _world.Worker("a").AskAside("b", "x")));

    [Fact]
    public void A_grain_may_tell_itself_something_one_way()
    {
        _world.Run(() => _world.Worker("a").TellOther("a", "x"));

        Assert.Contains("a ends tell x", _world.Journal.Entries);
    }

    [Fact]
    public void A_reentrant_grain_may_wait_for_itself()
    {
        var world = new World(typeof(ReentrantGrain));

        Assert.Equal("x", world.Run(() => world.Host.GrainFactory.GetGrain<IReentrantWorker>("a").Through("a", "x")));
    }

    /// <summary>Guards against edges of requests that are over: a forgotten call holds nobody up.</summary>
    [Fact]
    public void A_request_that_ended_without_waiting_for_its_call_is_part_of_no_chain()
    {
        _world.Journal.Close("held");
        _ = _world.Begin(() => _world.Worker("b").Do("held"));
        Assert.Equal("forgotten", _world.Run(() => _world.Worker("a").Forget("b", "later")));

        var call = _world.Begin(() => _world.Worker("a").Ask("b", "x"));
        _world.Open("held");

        Assert.Equal("a heard: b did x", World.Result(call));
    }

    /// <summary>
    /// Guards against taking code that outlives its request for the request that runs now, whose object may be the
    /// very same one, used again.
    /// </summary>
    [Fact]
    public void Code_that_outlives_its_request_is_part_of_no_chain()
    {
        _world.Journal.Close("a later", "held");
        var grain = _world.Worker("a");
        _world.Run(() => grain.Later("b", "later"));
        var held = _world.Begin(() => grain.Later("", "held"));
        var asking = _world.Begin(() => _world.Worker("b").Ask("a", "x"));

        _world.Open("a later"); // Waits for b, which waits for the request that runs in a, which waits for nobody.
        _world.Open("held");

        World.Result(held);
        Assert.Equal("b heard: a did x", World.Result(asking));
        Assert.Equal("b did later", _world.Journal.Entries[^1]);
    }

    [Fact]
    public void A_call_that_was_told_of_a_deadlock_never_runs()
    {
        World.Failure<InvalidOperationException>(_world.Begin(() => _world.Worker("a").Ask("a", "x")));

        Assert.DoesNotContain("a begins x", _world.Journal.Entries);
        Assert.Equal("a did y", _world.Run(() => _world.Worker("a").Do("y")));
    }
}
