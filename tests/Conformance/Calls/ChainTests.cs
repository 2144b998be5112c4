using Sluice.Conformance.Scenes;
using Sluice.Testing;

namespace Sluice.Conformance.Calls;

/// <summary>Grains that call grains, in a line and in a circle.</summary>
public sealed class ChainTests(SharedCluster cluster)
{
    private IGrainFactory Grains => cluster.Engine.Client;

    [Theory, Callers]
    public async Task Grains_call_grains_wherever_they_live(Caller from)
    {
        var scene = await SetAsync(from);
        string[] keys = [.. Enumerable.Range(0, 8).Select(_ => Scene.NewKey())];

        var path = await scene.CallAsync(grains => grains.GetGrain<IChain>(scene.Key).Through([.. keys], 0));

        Assert.Equal($"{scene.Key} {string.Join(' ', keys)}", path);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_grain_that_waits_for_one_that_waits_for_it_fails_and_both_go_on(bool onOneSilo)
    {
        var (one, other) = await PairAsync(onOneSilo);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => one.AskBack(KeyOf(other), beside: false).Within());

        // At once where the engine sees the circle, otherwise when the innermost call is over its time.
        Assert.True(failure is TimeoutException or InvalidOperationException, failure.ToString());
        Assert.Equal(KeyOf(one), await one.Through([], 0).Within());
        Assert.Equal(KeyOf(other), await other.Through([], 0).Within());
    }

    [Fact]
    public async Task A_grain_that_waits_for_itself_fails_and_goes_on()
    {
        var grain = Grains.GetGrain<IChain>(Scene.NewKey());

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => grain.AskItself().Within());

        Assert.True(failure is TimeoutException or InvalidOperationException, failure.ToString());
        Assert.Equal(KeyOf(grain), await grain.Through([], 0).Within());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_circle_is_no_trouble_when_its_last_call_interleaves(bool onOneSilo)
    {
        var (one, other) = await PairAsync(onOneSilo);

        Assert.Equal(await one.SiloBeside().Within(), await one.AskBack(KeyOf(other), beside: true).Within());
    }

    private async Task<(IChain One, IChain Other)> PairAsync(bool onOneSilo)
    {
        var one = Grains.GetGrain<IChain>(Scene.NewKey());
        var home = await one.SiloBeside().Within();
        while (true)
        {
            var other = Grains.GetGrain<IChain>(Scene.NewKey());
            if (await other.SiloBeside().Within() == home == onOneSilo)
            {
                return (one, other);
            }
        }
    }

    private static string KeyOf(IChain grain) => grain.GetPrimaryKeyString();

    private Task<Scene> SetAsync(Caller from) =>
        Scene.SetAsync(cluster.Engine, from, (grains, key) => grains.GetGrain<IChain>(key).SiloBeside());
}
