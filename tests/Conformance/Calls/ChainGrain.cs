using System.Collections.Immutable;
using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Calls;

/// <summary>Grains that call each other.</summary>
[Alias("conformance.IChain")]
public interface IChain : IGrainWithStringKey
{
    [Alias("Silo"), ResponseTimeout("00:00:02")]
    Task<string> Silo();

    [Alias("SiloBeside"), AlwaysInterleave]
    Task<string> SiloBeside();

    /// <summary>Through all of them in their order; the last one answers with the path.</summary>
    [Alias("Through")]
    Task<string> Through(ImmutableArray<string> keys, int position);

    /// <summary>Asks the other to ask this one.</summary>
    [Alias("AskBack")]
    Task<string> AskBack(string other, bool beside);

    [Alias("Ask")]
    Task<string> Ask(string other, bool beside);

    /// <summary>Asks itself.</summary>
    [Alias("AskItself")]
    Task<string> AskItself();
}

public sealed class ChainGrain(SiloName silo) : Grain, IChain
{
    private string Key => this.GetPrimaryKeyString();

    public Task<string> Silo() => Task.FromResult(silo.Value);

    public Task<string> SiloBeside() => Task.FromResult(silo.Value);

    public async Task<string> Through(ImmutableArray<string> keys, int position) => position == keys.Length
        ? Key
        : $"{Key} {await GrainFactory.GetGrain<IChain>(keys[position]).Through(keys, position + 1)}";

    public Task<string> AskBack(string other, bool beside) => GrainFactory.GetGrain<IChain>(other).Ask(Key, beside);

    public Task<string> Ask(string other, bool beside)
    {
        var grain = GrainFactory.GetGrain<IChain>(other);
        return beside ? grain.SiloBeside() : grain.Silo();
    }

    public Task<string> AskItself() => this.AsReference<IChain>().Silo();
}
