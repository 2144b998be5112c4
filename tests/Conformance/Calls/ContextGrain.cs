using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Calls;

[Alias("conformance.IContext")]
public interface IContext : IGrainWithStringKey
{
    [Alias("Silo")]
    Task<string> Silo();

    /// <summary>The value with its type, before and after an await.</summary>
    [Alias("Show")]
    Task<string> Show(string key);

    /// <summary>What the other grain is shown when this one calls it.</summary>
    [Alias("ShowNext")]
    Task<string> ShowNext(string other, string key);

    /// <summary>Changes the value for itself and those it calls.</summary>
    [Alias("Change")]
    Task<string> Change(string other, string key, string value);
}

public sealed class ContextGrain(SiloName silo) : Grain, IContext
{
    public Task<string> Silo() => Task.FromResult(silo.Value);

    public async Task<string> Show(string key)
    {
        var before = RequestContext.Get(key);
        await Task.Yield();
        var after = RequestContext.Get(key);
        return Equals(before, after) ? $"{before?.GetType().Name ?? "none"} {after}" : $"{before}, then {after}";
    }

    public Task<string> ShowNext(string other, string key) => GrainFactory.GetGrain<IContext>(other).Show(key);

    public async Task<string> Change(string other, string key, string value)
    {
        RequestContext.Set(key, value);
        return await GrainFactory.GetGrain<IContext>(other).Show(key);
    }
}
