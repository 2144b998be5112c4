using Microsoft.Extensions.DependencyInjection;
using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;
using Sluice.Testing;

namespace Sluice.Conformance.Calls;

/// <summary>Filters around the calls that arrive at a grain.</summary>
public sealed class FilterTests(SharedCluster cluster)
{
    [Theory, Callers]
    public async Task A_grains_own_filter_sees_the_method_and_changes_the_result(Caller from)
    {
        var scene = await SetAsync(from);

        var (answer, quick) = await scene.CallAsync(async grains =>
        {
            var grain = grains.GetGrain<IFiltered>(scene.Key);
            return (await grain.Answer(41), await grain.Quick(1));
        });

        Assert.Equal(42, answer);
        Assert.Equal(2, quick);
        Assert.Equal(
            ["before Answer", "inside with 41", "after Answer: 41", "before Quick", "after Quick: 1"],
            scene.Board.Notes(scene.Key));
    }

    [Theory, Callers]
    public async Task What_a_filter_throws_is_the_outcome_and_the_grain_is_not_called(Caller from)
    {
        var scene = await SetAsync(from);

        var failure = await Assert.ThrowsAsync<RefusedException>(
            () => scene.CallAsync(grains => grains.GetGrain<IFiltered>(scene.Key).Forbidden()));

        Assert.Equal("FilteredGrain forbids it.", failure.Message);
        Assert.Equal(["before Forbidden"], scene.Board.Notes(scene.Key));
    }

    [Fact]
    public async Task Filters_of_the_silo_run_in_the_order_of_their_registration()
    {
        await using var engine = await Engine.StartAsync(new EngineWishes
        {
            Services = services => services
                .AddSingleton<IIncomingGrainCallFilter>(
                    provider => new SiloFilter(provider.GetRequiredService<Board>(), 2))
                .AddSingleton<IIncomingGrainCallFilter>(
                    provider => new SiloFilter(provider.GetRequiredService<Board>(), 3)),
        });
        var key = Scene.NewKey();

        Assert.Equal(6, await engine.Client.GetGrain<IObserved>(key).Answer(1).Within());
        Assert.Equal(["IObserved.Answer times 2", "IObserved.Answer times 3"], engine.Board.Notes(key));
    }

    private Task<Scene> SetAsync(Caller from) =>
        Scene.SetAsync(cluster.Engine, from, (grains, key) => grains.GetGrain<IFiltered>(key).Silo());
}
