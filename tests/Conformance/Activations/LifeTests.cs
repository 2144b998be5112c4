using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;
using Sluice.Testing;

namespace Sluice.Conformance.Activations;

/// <summary>Begin and end of activations.</summary>
public sealed class LifeTests(SharedCluster cluster)
{
    private EngineUnderTest Engine => cluster.Engine;

    [Fact]
    public async Task Many_first_calls_at_once_meet_one_activation()
    {
        var one = await Scene.CallerOnAsync(Engine, silo => silo == Engine.Silos[0]);
        var two = await Scene.CallerOnAsync(Engine, silo => silo == Engine.Silos[1]);

        for (var round = 0; round < 10; round++)
        {
            var key = Scene.NewKey();
            Task<long> Ask(IGrainFactory grains) => grains.GetGrain<ILife>(key).Activation();
            async Task<long[]> AskOften(IGrainFactory grains) =>
                await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Ask(grains)));
            var answers = await Task.WhenAll(
                AskOften(Engine.Client), Scene.RunAsync(Engine, one, AskOften), Scene.RunAsync(Engine, two, AskOften))
                .Within();

            Assert.Single(answers.SelectMany(numbers => numbers).Distinct());
            Assert.Single(Engine.Board.Notes(key));
        }
    }

    [Theory, Callers]
    public async Task A_call_for_which_the_grain_cannot_activate_fails_and_the_next_one_tries_again(Caller from)
    {
        var scene = await SetAsync(from);
        await EndAsync(scene);
        Engine.Board.FailOnce($"{scene.Key} activates");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ActivationAsync(scene));
        var number = await ActivationAsync(scene);

        Assert.Equal("Not today.", failure.Message);
        Assert.Equal($"activated {number}", Engine.Board.Notes(scene.Key)[^1]);
        Assert.Equal(1, Engine.Board.Count(scene.Key, $"activated {number}"));
    }

    [Theory, Callers]
    public async Task A_grain_that_asks_for_its_end_is_told_why_it_ends_and_begins_anew_with_the_next_call(Caller from)
    {
        var scene = await SetAsync(from);
        var first = await ActivationAsync(scene);

        await scene.CallAsync(grains => grains.GetGrain<ILife>(scene.Key).Leave());
        await Engine.Board.Noted(scene.Key, $"deactivated {first}: ApplicationRequested");
        await Engine.Board.Noted("disposed", $"{first}");
        var second = await ActivationAsync(scene);

        Assert.NotEqual(first, second);
        Assert.Equal(
            [$"activated {first}", $"deactivated {first}: ApplicationRequested", $"activated {second}"],
            Engine.Board.Notes(scene.Key));
    }

    [Theory, Callers]
    public async Task What_waits_when_a_grain_ends_is_answered_by_its_next_activation(Caller from)
    {
        var scene = await SetAsync(from);
        var first = await ActivationAsync(scene);

        var answers = await scene.CallAsync(async grains =>
        {
            var grain = grains.GetGrain<ILife>(scene.Key);
            var ending = grain.LeaveBehind(scene.Key);
            await Engine.Board.Noted(scene.Key, "asked for its end");
            var waiting = Enumerable.Range(0, 10).Select(_ => grain.Activation()).ToList();
            Engine.Board.Open(scene.Key);
            await ending;
            return await Task.WhenAll(waiting);
        });

        var second = Assert.Single(answers.Distinct());
        Assert.NotEqual(first, second);
        Assert.Equal(
            [
                $"activated {first}", "asked for its end", "went on after it had asked for its end",
                $"deactivated {first}: ApplicationRequested", $"activated {second}",
            ],
            Engine.Board.Notes(scene.Key));
    }

    [Fact]
    public async Task A_failure_at_the_end_of_an_activation_reaches_nobody()
    {
        var grain = Engine.Client.GetGrain<ILife>(Scene.NewKey());
        var first = await grain.Activation().Within();
        Engine.Board.FailOnce($"{grain.GetPrimaryKeyString()} deactivates");

        await grain.Leave().Within();
        await Engine.Board.Noted("disposed", $"{first}");

        Assert.NotEqual(first, await grain.Activation().Within());
    }

    private Task<Scene> SetAsync(Caller from) =>
        Scene.SetAsync(Engine, from, (grains, key) => grains.GetGrain<ILife>(key).Silo());

    private static Task<long> ActivationAsync(Scene scene) =>
        scene.CallAsync(grains => grains.GetGrain<ILife>(scene.Key).Activation());

    private static async Task EndAsync(Scene scene)
    {
        var number = await ActivationAsync(scene);
        await scene.CallAsync(grains => grains.GetGrain<ILife>(scene.Key).Leave());
        await scene.Board.Noted("disposed", $"{number}");
    }
}
