using Sluice.Conformance.Scenes;

namespace Sluice.Conformance.Calls;

/// <summary>Values that travel along with calls.</summary>
public sealed class ContextTests(SharedCluster cluster)
{
    [Theory, Callers]
    public async Task A_value_reaches_the_grain_as_what_it_is(Caller from)
    {
        var scene = await SetAsync(from);
        var id = Guid.Parse("0b5f0a38-2a3e-4f3c-9b3e-0c8f5b0e9a11");

        var shown = await scene.CallAsync(async grains =>
        {
            var grain = grains.GetGrain<IContext>(scene.Key);
            RequestContext.Set("text", "me");
            RequestContext.Set("id", id);
            RequestContext.Set("truth", true);
            RequestContext.Set("long", 5L);
            return new[]
            {
                await grain.Show("text"), await grain.Show("id"), await grain.Show("truth"), await grain.Show("long"),
                await grain.Show("nothing"),
            };
        });

        Assert.Equal(["String me", $"Guid {id}", "Boolean True", "Int64 5", "none "], shown);
    }

    [Theory, Callers]
    public async Task A_value_goes_on_to_what_the_grain_calls(Caller from)
    {
        var scene = await SetAsync(from);

        for (var i = 0; i < 5; i++)
        {
            var other = Scene.NewKey();
            Assert.Equal("String me", await scene.CallAsync(grains =>
            {
                RequestContext.Set("who", "me");
                return grains.GetGrain<IContext>(scene.Key).ShowNext(other, "who");
            }));
        }
    }

    [Theory, Callers]
    public async Task A_value_never_comes_back(Caller from)
    {
        var scene = await SetAsync(from);

        var (downstream, own, shown) = await scene.CallAsync(async grains =>
        {
            RequestContext.Set("who", "me");
            var grain = grains.GetGrain<IContext>(scene.Key);
            var downstream = await grain.Change(Scene.NewKey(), "who", "you");
            return (downstream, RequestContext.Get("who"), await grain.Show("who"));
        });

        Assert.Equal("String you", downstream);
        Assert.Equal("me", own);
        Assert.Equal("String me", shown);
    }

    [Theory, Callers]
    public async Task A_value_that_was_taken_out_travels_no_more(Caller from)
    {
        var scene = await SetAsync(from);

        var shown = await scene.CallAsync(async grains =>
        {
            RequestContext.Set("who", "me");
            RequestContext.Set("what", "this");
            Assert.True(RequestContext.Remove("who"));
            var grain = grains.GetGrain<IContext>(scene.Key);
            var (who, what) = (await grain.Show("who"), await grain.Show("what"));
            RequestContext.Clear();
            return new[] { who, what, await grain.Show("what") };
        });

        Assert.Equal(["none ", "String this", "none "], shown);
    }

    private Task<Scene> SetAsync(Caller from) =>
        Scene.SetAsync(cluster.Engine, from, (grains, key) => grains.GetGrain<IContext>(key).Silo());
}
