using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;

namespace Sluice.Conformance.Calls;

/// <summary>A grain of two interfaces.</summary>
[Alias("conformance.INamed")]
public interface INamed : IGrainWithStringKey
{
    [Alias("Silo")]
    Task<string> Silo();

    /// <summary>Its own id and key, and what a reference to itself answers.</summary>
    [Alias("Names")]
    Task<string> Names();
}

[Alias("conformance.IAlsoNamed")]
public interface IAlsoNamed : IGrainWithStringKey
{
    [Alias("Nickname")]
    Task<string> Nickname();
}

public sealed class NamedGrain(SiloName silo) : Grain, INamed, IAlsoNamed
{
    public Task<string> Silo() => Task.FromResult(silo.Value);

    public Task<string> Names()
    {
        var itself = this.AsReference<INamed>();
        return Task.FromResult(
            $"{this.GetGrainId()} {GrainContext.GrainId} {this.GetPrimaryKeyString()} {itself.GetGrainId()}");
    }

    public Task<string> Nickname() => Task.FromResult($"nick of {this.GetPrimaryKeyString()}");
}

/// <summary>References to grains.</summary>
public sealed class ReferenceTests(SharedCluster cluster)
{
    [Theory, Callers]
    public async Task A_grain_and_references_to_it_agree_who_it_is(Caller from)
    {
        var scene = await SetAsync(from);

        var (names, id) = await scene.CallAsync(async grains =>
        {
            var grain = grains.GetGrain<INamed>(scene.Key);
            return (await grain.Names(), grain.GetGrainId().ToString());
        });

        Assert.Equal($"named/{scene.Key}", id);
        Assert.Equal($"{id} {id} {scene.Key} {id}", names);
    }

    [Theory, Callers]
    public async Task References_are_equal_when_they_name_the_same_grain(Caller from)
    {
        var scene = await SetAsync(from);

        await scene.CallAsync(grains =>
        {
            var grain = grains.GetGrain<INamed>(scene.Key);
            var again = grains.GetGrain<INamed>(scene.Key);
            Assert.Equal(grain, again);
            Assert.Equal(grain.GetHashCode(), again.GetHashCode());
            Assert.NotEqual(grain, grains.GetGrain<INamed>($"{scene.Key}x"));
            Assert.Equal<object>(grain, grain.AsReference<IAlsoNamed>());
            Assert.NotEqual<object>(grain, grains.GetGrain<IContext>(scene.Key));
            Assert.Equal(scene.Key, again.GetPrimaryKeyString());
            return Task.CompletedTask;
        });
    }

    [Theory, Callers]
    public async Task A_grain_is_found_by_its_interface_by_its_id_and_through_its_other_interface(Caller from)
    {
        var scene = await SetAsync(from);

        var answers = await scene.CallAsync(async grains =>
        {
            var grain = grains.GetGrain<INamed>(scene.Key);
            return new[]
            {
                await grains.GetGrain<IAlsoNamed>(scene.Key).Nickname(),
                await ((IAlsoNamed)grains.GetGrain(typeof(IAlsoNamed), scene.Key)).Nickname(),
                await grains.GetGrain<IAlsoNamed>(grain.GetGrainId()).Nickname(),
                await grain.AsReference<IAlsoNamed>().Nickname(),
            };
        });

        Assert.All(answers, answer => Assert.Equal($"nick of {scene.Key}", answer));
    }

    [Theory, InlineData("a/b"), InlineData("with space"), InlineData("ü-中"), InlineData("A")]
    public async Task Keys_are_any_text_and_differ_by_every_letter(string key)
    {
        var grain = cluster.Engine.Client.GetGrain<INamed>(key);

        var names = await grain.Names();

        Assert.Equal($"named/{key} named/{key} {key} named/{key}", names);
        Assert.NotEqual(grain, cluster.Engine.Client.GetGrain<INamed>($"{key} "));
    }

    private Task<Scene> SetAsync(Caller from) =>
        Scene.SetAsync(cluster.Engine, from, (grains, key) => grains.GetGrain<INamed>(key).Silo());
}
