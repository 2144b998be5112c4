using System.Globalization;
using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;
using Sluice.Testing;

namespace Sluice.Conformance.Turns;

/// <summary>Which requests of a grain run together, and which do not.</summary>
public sealed class TurnTests(SharedCluster cluster)
{
    private EngineUnderTest Engine => cluster.Engine;

    [Theory, Callers]
    public async Task Requests_never_overlap_not_even_where_they_await(Caller from)
    {
        var scene = await SetAsync(from);

        await scene.CallAsync(grains => Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => grains.GetGrain<IWorker>(scene.Key).Add())));

        Assert.Equal(Enumerable.Repeat("1", 50), Engine.Board.Notes($"{scene.Key} inside"));
        Assert.Equal(50, await Engine.Client.GetGrain<IWorker>(scene.Key).Sum().AsTask().Within());
    }

    [Theory, Callers]
    public async Task A_request_waits_while_another_is_inside(Caller from)
    {
        var scene = await SetAsync(from);

        await scene.CallAsync(async grains =>
        {
            var worker = grains.GetGrain<IWorker>(scene.Key);
            var first = worker.Hold($"{scene.Key} 1");
            await Engine.Board.Noted(scene.Key, "hold in");
            var second = worker.Hold($"{scene.Key} 2");
            await worker.Silo(); // It interleaves: the second has arrived.
            Assert.Equal(["hold in"], Engine.Board.Notes(scene.Key));

            Engine.Board.Open($"{scene.Key} 1");
            Engine.Board.Open($"{scene.Key} 2");
            await Task.WhenAll(first, second);
        });

        Assert.Equal(["hold in", "hold out", "hold in", "hold out"], Engine.Board.Notes(scene.Key));
    }

    [Theory, Callers]
    public async Task What_always_interleaves_runs_beside_what_is_inside(Caller from)
    {
        var scene = await SetAsync(from);

        await scene.CallAsync(async grains =>
        {
            var worker = grains.GetGrain<IWorker>(scene.Key);
            var first = worker.Hold($"{scene.Key} 1");
            await Engine.Board.Noted(scene.Key, "hold in");
            var second = worker.HoldBeside($"{scene.Key} 2");
            await Engine.Board.Noted(scene.Key, "beside in");
            Engine.Board.Open($"{scene.Key} 2");
            await second;
            Engine.Board.Open($"{scene.Key} 1");
            await first;
        });

        Assert.Equal(["hold in", "beside in", "beside out", "hold out"], Engine.Board.Notes(scene.Key));
    }

    [Theory, Callers]
    public async Task Requests_that_change_nothing_run_beside_each_other_and_beside_nothing_else(Caller from)
    {
        var scene = await SetAsync(from);

        await scene.CallAsync(async grains =>
        {
            var worker = grains.GetGrain<IWorker>(scene.Key);
            var looks = new[] { worker.Look($"{scene.Key} 1"), worker.Look($"{scene.Key} 1") };
            await Engine.Board.Noted(scene.Key, "look in", times: 2);
            var change = worker.Hold($"{scene.Key} 2");
            await worker.Silo();
            Assert.Equal(0, Engine.Board.Count(scene.Key, "hold in"));

            Engine.Board.Open($"{scene.Key} 1");
            await Task.WhenAll(looks);
            await Engine.Board.Noted(scene.Key, "hold in");
            var late = worker.Look($"{scene.Key} 1");
            await worker.Silo();
            Assert.Equal(2, Engine.Board.Count(scene.Key, "look in"));

            Engine.Board.Open($"{scene.Key} 2");
            await Task.WhenAll(change, late);
        });

        Assert.Equal(
            ["look in", "look in", "look out", "look out", "hold in", "hold out", "look in", "look out"],
            Engine.Board.Notes(scene.Key));
    }

    [Theory, Callers]
    public async Task Calls_that_are_awaited_run_in_their_order(Caller from)
    {
        var scene = await SetAsync(from);

        await scene.CallAsync(async grains =>
        {
            for (var i = 0; i < 100; i++)
            {
                await grains.GetGrain<IWorker>(scene.Key).Write(i);
            }
        });

        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => i.ToString(CultureInfo.InvariantCulture)),
            Engine.Board.Notes($"{scene.Key} written"));
    }

    [Theory, Callers]
    public async Task Requests_of_a_reentrant_grain_run_beside_each_other(Caller from)
    {
        var scene = await SetReentrantAsync(from);

        var meeting = scene.CallAsync(grains => Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => grains.GetGrain<IReentrant>(scene.Key).Meet(10))));

        await meeting; // Without interleaving the first would wait for the others for ever.
        Assert.True(meeting.IsCompletedSuccessfully);
    }

    [Theory, Callers]
    public async Task Turns_of_a_reentrant_grain_never_run_at_the_same_time(Caller from)
    {
        var scene = await SetReentrantAsync(from);

        var overlaps = await scene.CallAsync(grains => Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => grains.GetGrain<IReentrant>(scene.Key).Work())));

        Assert.All(overlaps, overlapping => Assert.Equal(0, overlapping));
    }

    [Theory, Callers]
    public async Task A_reentrant_grain_can_be_called_by_those_it_waits_for(Caller from)
    {
        var scene = await SetReentrantAsync(from);
        var home = await Engine.Client.GetGrain<IReentrant>(scene.Key).Silo().Within();

        for (var other = 0; other < 5; other++)
        {
            var otherKey = Scene.NewKey();
            Assert.Equal(home, await scene.CallAsync(
                grains => grains.GetGrain<IReentrant>(scene.Key).CallBack(otherKey)));
        }
    }

    private Task<Scene> SetAsync(Caller from) =>
        Scene.SetAsync(Engine, from, (grains, key) => grains.GetGrain<IWorker>(key).Silo());

    private Task<Scene> SetReentrantAsync(Caller from) =>
        Scene.SetAsync(Engine, from, (grains, key) => grains.GetGrain<IReentrant>(key).Silo());
}
