using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;
using Sluice.Conformance.Storage;
using Sluice.Testing;

namespace Sluice.Conformance.Silos;

/// <summary>Silos come and go.</summary>
public sealed class SiloTests
{
    [Fact]
    public async Task A_grain_of_a_silo_that_stops_ends_as_any_other_and_begins_elsewhere()
    {
        await using var engine = await Engine.StartAsync(new EngineWishes { Silos = 2 });
        var key = Scene.NewKey();
        var grain = engine.Client.GetGrain<IAccount>(key);
        var home = await grain.Silo().Within();
        await grain.Add(3).Within();

        await engine.StopSiloAsync(home);

        Assert.Equal("gone", engine.Board.Notes(key)[^1]);
        await EventuallyAnswersAsync(grain, 10);
        Assert.Equal(Assert.Single(engine.Silos), await grain.Silo().Within());
    }

    [Theory, InlineData(Caller.Client), InlineData(Caller.GrainElsewhere)]
    public async Task A_call_whose_silo_dies_fails_and_is_never_run_again(Caller from)
    {
        await using var engine = await Engine.StartAsync(new EngineWishes { Silos = 2 });
        var scene = await Scene.SetAsync(engine, from, (grains, key) => grains.GetGrain<IAccount>(key).Silo());
        var grain = engine.Client.GetGrain<IAccount>(scene.Key);
        var home = await grain.Silo().Within();

        var call = scene.CallAsync(grains => grains.GetGrain<IAccount>(scene.Key).AddAndHang(3));
        await engine.Board.Noted(scene.Key, "added");
        await engine.KillSiloAsync(home);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => call.Within());

        Assert.True(failure is TimeoutException or SiloUnavailableException, failure.ToString());
        await EventuallyAnswersAsync(grain, 10);
        Assert.Equal(1, engine.Board.Count(scene.Key, "added"));
        Assert.Equal(Assert.Single(engine.Silos), await grain.Silo().Within());
    }

    [Fact]
    public async Task A_silo_that_joins_takes_grains_and_loses_none()
    {
        await using var engine = await Engine.StartAsync(new EngineWishes());
        await engine.StartSiloAsync();
        string[] keys = [.. Enumerable.Range(0, 50).Select(_ => Scene.NewKey())];

        var homes = await Task.WhenAll(keys.Select(async key =>
        {
            await engine.Client.GetGrain<IAccount>(key).Add(1);
            return await engine.Client.GetGrain<IAccount>(key).Silo();
        })).Within();
        var views = await Task.WhenAll(keys.Select(key => engine.Client.GetGrain<IAccount>(key).Show())).Within();

        Assert.Equal(engine.Silos.Order(), homes.Distinct().Order());
        Assert.All(views, view => Assert.Equal(8, view.Balance));
    }

    [Fact]
    public async Task What_a_grain_has_only_in_memory_goes_with_it_when_its_silo_stops()
    {
        await using var engine = await Engine.StartAsync(new EngineWishes { Silos = 2 });
        Assert.SkipUnless(
            engine.HandsOverByItself, "On this engine a grain asks for it, in a way the other engine does not have.");
        var grain = engine.Client.GetGrain<ITraveller>(Scene.NewKey());
        await grain.Pack("shirts", 5).Within();
        var home = await grain.Silo().Within();

        await engine.StopSiloAsync(home);

        Assert.Equal("shirts 5", await grain.Luggage().Within());
        Assert.NotEqual(home, await grain.Silo().Within());
    }

    /// <summary>A call may still be refused while the others learn that a silo is gone.</summary>
    private static Task EventuallyAnswersAsync(IAccount grain, int balance) => Eventually.True(
        async () =>
        {
            try
            {
                return (await grain.Show()).Balance == balance;
            }
            catch (Exception e) when (e is TimeoutException or OrleansException)
            {
                return false;
            }
        },
        $"The grain answers with {balance}.");
}
