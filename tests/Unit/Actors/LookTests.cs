using Sluice.Actors.Hosting;
using Sluice.Actors.Introspection;
using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>One grain, looked at without activating it and without disturbing it.</summary>
public sealed class LookTests
{
    private readonly World _world = new(
        new WorldOptions { Host = new ActorHostOptions { CollectionAge = TimeSpan.FromMinutes(2) } },
        typeof(LookedGrain), typeof(OldLookedGrain), typeof(ShyLookedGrain), typeof(WorkerGrain));

    [Fact]
    public void A_grain_in_the_middle_of_a_turn_shows_what_it_has_now()
    {
        _world.Journal.Close("held");
        _ = _world.Begin(() => Looked("a").Add(2, "held"));
        _ = _world.Begin(() => Looked("a").Add(5, "held"));

        var look = Look("a");

        Assert.Equal("""{"sum":2,"day":"Friday","text":"</script>"}""", look.State);
        Assert.Null(look.Problem);
        Assert.Equal(("Active", 1, "looked/a.Add"),
            (look.Activation!.Status, look.Activation.Waiting, look.Activation.Running));
        Assert.Equal(_world.Time.GetUtcNow(), look.Since);
    }

    [Fact]
    public void Looking_activates_nothing()
    {
        var look = Look("a");

        Assert.Equal(new GrainLook { Activation = null }, look);
        Assert.Empty(_world.Host.Activations());
        Assert.Empty(_world.Journal.Entries);
    }

    [Fact]
    public void A_type_that_no_silo_has_is_told_from_a_grain_that_is_not_active() =>
        Assert.Null(_world.Run(() => _world.Host.LookAsync(GrainId.Create("nonsense", "a"), CancellationToken.None)));

    [Fact]
    public void Looking_is_no_use_and_keeps_no_grain_in_memory()
    {
        _world.Run(() => Looked("a").Add(1, "open"));
        var used = _world.Time.GetUtcNow();

        for (var i = 0; i < 5; i++)
        {
            _world.Advance(TimeSpan.FromSeconds(20));
            Assert.Equal(used, Look("a").Activation!.LastUsed);
        }

        _world.Advance(TimeSpan.FromSeconds(80));
        Assert.Null(Look("a").Activation);
    }

    [Fact]
    public void A_grain_that_says_it_is_nobody_shows_that() => Assert.Equal("null", ActivatedLook("nobody").State);

    [Fact]
    public void GetState_is_taken_where_there_is_no_Inspect_without_arguments()
    {
        _world.Run(() => _world.Host.GrainFactory.GetGrain<IOldLooked>("a").Touch());

        Assert.Equal("[1,2]", Look("a", "oldlooked").State);
    }

    [Fact]
    public void A_class_without_such_a_method_says_what_it_would_need()
    {
        _world.Run(() => _world.Worker("a").Do("x"));
        _world.Run(() => _world.Host.GrainFactory.GetGrain<IShyLooked>("a").Touch());

        foreach (var type in new[] { "worker", "shylooked" })
        {
            var look = Look("a", type);
            Assert.Equal((null, "Active"), (look.State, look.Activation!.Status));
            Assert.Contains("[AlwaysInterleave]", look.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_failure_to_show_itself_is_the_looks_answer_and_nobody_elses()
    {
        var look = ActivatedLook("failing");

        Assert.Null(look.State);
        Assert.Contains("Its Inspect failed", look.Problem, StringComparison.Ordinal);
        _world.Run(() => Looked("failing").Add(1, "open"));
    }

    [Fact]
    public void A_look_gives_up_after_a_second()
    {
        _world.Run(() => Looked("a").Add(1, "open"));
        _world.Journal.Close("inspect");
        var look = _world.Begin(() => LookAsync("a", "looked"));

        _world.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(look.IsCompleted);
        _world.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Contains("within 1 s", World.Result(look)!.Look!.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grain_that_is_being_activated_is_not_waited_for()
    {
        _world.Journal.Close("a activates");
        _ = _world.Begin(() => Looked("a").Add(1, "open"));

        var look = Look("a");

        Assert.Equal(("Activating", null), (look.Activation!.Status, look.State));
        Assert.Contains("not active", look.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_look_ends_with_its_activation_and_begins_no_other()
    {
        _world.Run(() => Looked("a").Add(1, "open"));
        _ = _world.Enter(() => Looked("a").End());
        var look = _world.Enter(() => LookAsync("a", "looked"));

        _world.Settle();

        Assert.Contains("deactivated before", World.Result(look)!.Look!.Problem, StringComparison.Ordinal);
        Assert.Empty(_world.Host.Activations());
        Assert.Single(_world.Journal.Entries, "a activates");
    }

    private GrainLook ActivatedLook(string key)
    {
        _world.Run(() => Looked(key).Add(1, "open"));
        return Look(key);
    }

    private GrainLook Look(string key, string type = "looked") => _world.Run(() => LookAsync(key, type))!.Look!;

    private Task<OwnedLook?> LookAsync(string key, string type) =>
        _world.Host.LookAsync(GrainId.Create(type, key), CancellationToken.None);

    private ILooked Looked(string key) => _world.Host.GrainFactory.GetGrain<ILooked>(key);
}
