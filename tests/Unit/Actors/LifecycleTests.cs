using Sluice.Actors.Hosting;
using Xunit;

namespace Sluice.Unit.Actors;

public sealed class LifecycleTests
{
    private readonly World _world = new();

    private string[] Entries => _world.Journal.Entries;

    [Fact]
    public void A_grain_is_activated_by_its_first_call_and_only_once()
    {
        _world.Run(async () => await _world.Worker("a").Touch());
        _world.Run(() => _world.Worker("a").Do("x"));

        Assert.Equal(["a activates", "a begins x", "a ends x"], Entries);
    }

    [Fact]
    public void Calls_wait_for_the_activation()
    {
        _world.Journal.Close("a activates");
        var calls = Enumerable.Range(0, 3).Select(i => _world.Begin(() => _world.Worker("a").Do($"{i}"))).ToArray();
        Assert.Equal(["a activates"], Entries);

        _world.Open("a activates");

        Assert.All(calls, call => World.Result(call));
    }

    [Fact]
    public void A_failed_activation_fails_the_calls_that_wait_and_the_next_call_tries_again()
    {
        var world = new World(typeof(BrittleGrain));
        world.Journal.Close("activation");
        var grain = world.Host.GrainFactory.GetGrain<IBrittle>("a");
        var first = world.Begin(grain.Ping);
        var second = world.Begin(grain.Ping);

        BrittleGrain.Failure = new FormatException("not today");
        world.Open("activation");

        World.Failure<FormatException>(first);
        World.Failure<FormatException>(second);
        Assert.Empty(world.Host.Activations());
        BrittleGrain.Failure = null;
        Assert.Equal("pong", world.Run(grain.Ping));
    }

    [Fact]
    public void An_idle_activation_ends_at_its_age_and_not_before()
    {
        _world.Run(() => _world.Worker("a").Do("x"));

        _world.Advance(TimeSpan.FromMinutes(14));
        Assert.Single(_world.Host.Activations());

        _world.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(_world.Host.Activations());
        Assert.Equal("a deactivates: ActivationIdle", Entries[^1]);
    }

    [Fact]
    public void A_used_activation_stays()
    {
        for (var i = 0; i < 4; i++)
        {
            _world.Run(() => _world.Worker("a").Do("x"));
            _world.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.Single(Entries, "a activates");
    }

    [Fact]
    public void A_running_request_keeps_its_activation()
    {
        var world = new World(
            new WorldOptions { Host = new ActorHostOptions { ResponseTimeout = Timeout.InfiniteTimeSpan } });
        world.Journal.Close("long");
        var call = world.Begin(() => world.Worker("a").Do("long"));

        world.Advance(TimeSpan.FromHours(1));
        Assert.Single(world.Host.Activations());

        world.Open("long");
        World.Result(call);
    }

    [Fact]
    public void A_delayed_deactivation_waits_for_its_time()
    {
        _world.Run(() => _world.Worker("a").Stay(TimeSpan.FromHours(1)));

        _world.Advance(TimeSpan.FromMinutes(59));
        Assert.Single(_world.Host.Activations());

        _world.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(_world.Host.Activations());
    }

    [Fact]
    public void A_class_may_have_its_own_age_or_none()
    {
        var world = new World(typeof(ShortLivedGrain), typeof(KeptGrain));
        world.Run(() => world.Host.GrainFactory.GetGrain<IShortLived>("a").Ping());
        world.Run(() => world.Host.GrainFactory.GetGrain<IKept>("b").Ping());

        world.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(["kept/b"], world.Host.Activations().Select(activation => activation.GrainId.ToString()));

        world.Advance(TimeSpan.FromDays(1));
        Assert.Single(world.Host.Activations());
    }

    [Fact]
    public void A_grain_that_asks_for_its_end_ends_after_the_running_request()
    {
        var before = _world.Run(() => _world.Worker("a").Instance());

        _world.Run(() => _world.Worker("a").End());

        Assert.Equal("a deactivates: ApplicationRequested", Entries[^1]);
        Assert.Empty(_world.Host.Activations());
        Assert.NotEqual(before, _world.Run(() => _world.Worker("a").Instance()));
    }

    [Fact]
    public void Requests_that_arrive_during_the_deactivation_go_to_the_next_activation_in_their_order()
    {
        _world.Journal.Close("a deactivates");
        _world.Run(() => _world.Worker("a").End());
        var calls = Enumerable.Range(0, 5).Select(i => _world.Begin(() => _world.Worker("a").Do($"{i}"))).ToArray();
        Assert.Equal("a deactivates: ApplicationRequested", Entries[^1]);

        _world.Open("a deactivates");

        Assert.All(calls, call => World.Result(call));
        Assert.Equal(
            ["a activates", "a begins 0", "a ends 0", "a begins 1"],
            Entries.SkipWhile(entry => !entry.Contains("deactivates", StringComparison.Ordinal)).Skip(1).Take(4));
    }

    [Fact]
    public void Requests_that_wait_when_the_grain_asks_for_its_end_go_to_the_next_activation()
    {
        _world.Journal.Close("hold");
        var grain = _world.Worker("a");
        var held = _world.Begin(() => grain.Do("hold"));
        var end = _world.Begin(grain.End);
        var next = _world.Begin(() => grain.Do("next"));

        _world.Open("hold");

        World.Result(held);
        World.Result(end);
        Assert.Equal("a did next", World.Result(next));
        Assert.Equal(2, Entries.Count(entry => entry == "a activates"));
        Assert.Single(Entries, "a begins next");
    }

    [Fact]
    public void A_grain_does_not_end_while_an_interleaved_request_runs()
    {
        _world.Journal.Close("aside");
        var aside = _world.Begin(() => _world.Worker("a").Aside("aside"));
        _world.Run(() => _world.Worker("a").End());
        Assert.Equal("a begins aside aside", Entries[^1]);

        _world.Open("aside");

        World.Result(aside);
        Assert.Equal(["a ends aside aside", "a deactivates: ApplicationRequested"], Entries[^2..]);
    }

    /// <summary>Guards against callers who are passed on from activation to activation for ever.</summary>
    [Fact]
    public void A_grain_that_asks_for_its_end_whenever_it_begins_still_serves()
    {
        Assert.Equal("restless did x", _world.Run(() => _world.Worker("restless").Do("x")));
        Assert.Equal("restless deactivates: ApplicationRequested", Entries[^1]);
    }

    [Fact]
    public void What_was_built_for_an_activation_is_disposed_with_it()
    {
        var world = new World(typeof(DisposableGrain));
        world.Run(() => world.Host.GrainFactory.GetGrain<IDisposableGrain>("a").End());

        Assert.Equal(["disposed"], world.Journal.Entries);
    }

    [Fact]
    public void An_overdue_activation_sees_its_token()
    {
        var world = new World(typeof(PatientGrain));
        var call = world.Begin(() => world.Host.GrainFactory.GetGrain<IPatient>("a").Ping());

        world.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(world.Journal.Entries);

        world.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["token"], world.Journal.Entries);
        Assert.True(call.IsCompleted);
    }

    [Fact]
    public void The_activation_tells_when_it_has_ended()
    {
        var context = _world.Run(() => _world.Worker("a").Do("x")) is not null
            ? _world.Host.Catalog.All().Single()
            : null;
        Assert.False(context!.Deactivated.IsCompleted);

        _world.Run(() => _world.Worker("a").End());

        Assert.True(context.Deactivated.IsCompletedSuccessfully);
    }
}

internal interface IBrittle : IGrainWithStringKey
{
    Task<string> Ping();
}

internal sealed class BrittleGrain(Journal journal) : Grain, IBrittle
{
    internal static Exception? Failure { get; set; }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await journal.Pass("activation");
        if (Failure is { } failure)
        {
            throw failure;
        }
    }

    public Task<string> Ping() => Task.FromResult("pong");
}

internal interface IShortLived : IGrainWithStringKey
{
    Task Ping();
}

[CollectionAgeLimit(Minutes = 2)]
internal sealed class ShortLivedGrain : Grain, IShortLived
{
    public Task Ping() => Task.CompletedTask;
}

internal interface IKept : IGrainWithStringKey
{
    Task Ping();
}

[KeepAlive]
internal sealed class KeptGrain : Grain, IKept
{
    public Task Ping() => Task.CompletedTask;
}

internal interface IDisposableGrain : IGrainWithStringKey
{
    Task End();
}

internal sealed class DisposableGrain(Journal journal) : Grain, IDisposableGrain, IDisposable
{
    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public void Dispose() => journal.Note("disposed");
}

internal interface IPatient : IGrainWithStringKey
{
    Task Ping();
}

internal sealed class PatientGrain(Journal journal) : Grain, IPatient
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var canceled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(() => canceled.SetResult());
        await canceled.Task;
        journal.Note("token");
    }

    public Task Ping() => Task.CompletedTask;
}
