using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Scenes;

/// <summary>A grain that calls others as its test says.</summary>
[Alias("conformance.ICaller")]
public interface ICaller : IGrainWithStringKey
{
    [Alias("Silo")]
    Task<string> Silo();

    /// <summary>Does what was posted on the board under that name, in this turn.</summary>
    [Alias("Run"), ResponseTimeout("00:02:00")]
    Task Run(string work);
}

public sealed class CallerGrain(Board board, SiloName silo) : Grain, ICaller
{
    public Task<string> Silo() => Task.FromResult(silo.Value);

    public Task Run(string work) => board.Take(work)(GrainFactory);
}
