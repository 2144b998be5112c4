using Sluice.Actors.Hosting;
using Xunit;

namespace Sluice.Unit.Actors;

public sealed class TurnTests
{
    private readonly World _world = new();

    [Fact]
    public void A_request_waits_for_the_running_turn()
    {
        _world.Journal.Close("first");
        var grain = _world.Worker("a");

        var first = _world.Begin(() => grain.Do("first"));
        var second = _world.Begin(() => grain.Do("second"));
        Assert.Equal(["a activates", "a begins first"], _world.Journal.Entries);

        _world.Open("first");

        Assert.Equal(
            ["a activates", "a begins first", "a ends first", "a begins second", "a ends second"],
            _world.Journal.Entries);
        Assert.Equal("a did first", World.Result(first));
        Assert.Equal("a did second", World.Result(second));
    }

    [Fact]
    public void Waiting_requests_run_in_the_order_they_came()
    {
        _world.Journal.Close("0");
        var grain = _world.Worker("a");

        var calls = Enumerable.Range(0, 20).Select(i => _world.Begin(() => grain.Do($"{i}"))).ToArray();
        _world.Open("0");

        Assert.All(calls, call => World.Result(call));
        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => $"a begins {i}"),
            _world.Journal.Entries.Where(entry => entry.Contains("begins", StringComparison.Ordinal)));
    }

    [Fact]
    public void Grains_do_not_wait_for_each_other()
    {
        _world.Journal.Close("first");

        _ = _world.Begin(() => _world.Worker("a").Do("first"));

        Assert.Equal("b did second", _world.Run(() => _world.Worker("b").Do("second")));
    }

    [Fact]
    public void An_interleaving_method_runs_between_the_turns_of_others()
    {
        _world.Journal.Close("first");
        var grain = _world.Worker("a");

        _ = _world.Begin(() => grain.Do("first"));
        var waiting = _world.Begin(() => grain.Do("second"));

        Assert.Equal("a did aside now", _world.Run(() => grain.Aside("now")));
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public void Readers_run_together_and_a_writer_waits_for_all_of_them()
    {
        _world.Journal.Close("one", "two");
        var grain = _world.Worker("a");

        _ = _world.Begin(() => grain.Look("one"));
        _ = _world.Begin(() => grain.Look("two"));
        var writer = _world.Begin(() => grain.Do("write"));
        Assert.Equal(["a activates", "a begins look one", "a begins look two"], _world.Journal.Entries);

        _world.Open("one");
        Assert.False(writer.IsCompleted);

        _world.Open("two");
        Assert.Equal("a did write", World.Result(writer));
    }

    [Fact]
    public void A_reader_waits_for_a_writer()
    {
        _world.Journal.Close("write");
        var grain = _world.Worker("a");

        _ = _world.Begin(() => grain.Do("write"));
        var reader = _world.Begin(() => grain.Look("now"));
        Assert.False(reader.IsCompleted);

        _world.Open("write");
        Assert.Equal("a did look now", World.Result(reader));
    }

    [Fact]
    public void A_reader_behind_a_writer_joins_the_readers_that_run()
    {
        _world.Journal.Close("write", "one");
        var grain = _world.Worker("a");

        _ = _world.Begin(() => grain.Do("write"));
        _ = _world.Begin(() => grain.Look("one"));
        var writer = _world.Begin(() => grain.Do("second"));
        var reader = _world.Begin(() => grain.Look("two"));

        _world.Open("write");

        Assert.True(reader.IsCompleted);
        Assert.False(writer.IsCompleted);
    }

    [Fact]
    public void Requests_of_a_reentrant_class_run_between_each_others_turns()
    {
        var world = new World(typeof(ReentrantGrain));
        world.Journal.Close("first");
        var grain = world.Host.GrainFactory.GetGrain<IReentrantWorker>("a");

        var first = world.Begin(() => grain.Do("first"));

        Assert.Equal("second", world.Run(() => grain.Do("second")));
        Assert.False(first.IsCompleted);
    }

    /// <summary>Guards against an activation that keeps its thread while others have work.</summary>
    [Fact]
    public void An_activation_with_much_to_do_lets_others_run_in_between()
    {
        var busy = _world.Worker("busy");
        var other = _world.Worker("other");
        _world.Run(() => busy.Quick("warm"));
        _world.Run(() => other.Quick("warm"));

        var calls = Enumerable.Range(0, 1_000).Select(_ => _world.Enter(() => busy.Do("work"))).ToArray();
        _world.Enter(() => other.Do("mine"));
        _world.Settle();

        Assert.All(calls, call => World.Result(call));
        var entries = _world.Journal.Entries;
        Assert.InRange(Array.IndexOf(entries, "other begins mine"), 0, 300);
    }

    [Fact]
    public void Code_after_an_await_is_in_the_context_of_its_activation()
    {
        var world = new World(typeof(ContextGrain));

        Assert.True(world.Run(() => world.Host.GrainFactory.GetGrain<IContextGrain>("a").KeepsItsContext()));
    }

    [Fact]
    public void A_full_queue_refuses_the_next_request_at_once()
    {
        var world = new World(new WorldOptions { Host = new ActorHostOptions { MaxWaitingPerActivation = 2 } });
        world.Journal.Close("first");
        var grain = world.Worker("a");

        var accepted = Enumerable.Range(0, 3).Select(i => world.Begin(() => grain.Do(i == 0 ? "first" : "next")))
            .ToArray();
        var refused = world.Begin(() => grain.Do("one too many"));

        Assert.Contains("a", World.Failure<LimitExceededException>(refused).Message, StringComparison.Ordinal);
        world.Open("first");
        Assert.All(accepted, call => World.Result(call));
        Assert.DoesNotContain("a begins one too many", world.Journal.Entries);
    }

    [Fact]
    public void What_an_async_void_method_throws_is_logged_and_the_grain_lives()
    {
        _world.Journal.Close("stray");
        var grain = _world.Worker("a");
        _world.Run(grain.Stray);

        _world.Open("stray");

        Assert.Contains(_world.Log.Errors, text =>
            text.Contains("a failed where nobody waits", StringComparison.Ordinal));
        Assert.Equal("a did it", _world.Run(() => grain.Do("it")));
    }
}

internal interface IReentrantWorker : IGrainWithStringKey
{
    Task<string> Do(string step);

    Task<string> Through(string other, string step);
}

[Reentrant]
internal sealed class ReentrantGrain(Journal journal) : Grain, IReentrantWorker
{
    public async Task<string> Do(string step)
    {
        await journal.Pass(step);
        return step;
    }

    public async Task<string> Through(string other, string step) =>
        other == "" ? step : await GrainFactory.GetGrain<IReentrantWorker>(other).Through("", step);
}

internal interface IContextGrain : IGrainWithStringKey
{
    Task<bool> KeepsItsContext();
}

internal sealed class ContextGrain : Grain, IContextGrain
{
    public async Task<bool> KeepsItsContext()
    {
        var before = SynchronizationContext.Current;
        await Task.Yield();
        return before is not null && ReferenceEquals(before, SynchronizationContext.Current);
    }
}
