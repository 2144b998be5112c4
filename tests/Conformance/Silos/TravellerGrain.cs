using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Silos;

[Alias("conformance.ITraveller")]
public interface ITraveller : IGrainWithStringKey
{
    [Alias("Silo")]
    Task<string> Silo();

    /// <summary>Keeps it in memory alone.</summary>
    [Alias("Pack")]
    Task Pack(string thing, int count);

    [Alias("Luggage")]
    Task<string> Luggage();
}

public sealed class TravellerGrain(Board board, SiloName silo) : Grain, ITraveller, IGrainMigrationParticipant
{
    private string _thing = "";
    private int _count;

    public Task<string> Silo() => Task.FromResult(silo.Value);

    public Task Pack(string thing, int count)
    {
        (_thing, _count) = (thing, count);
        return Task.CompletedTask;
    }

    public Task<string> Luggage() => Task.FromResult($"{_thing} {_count}");

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        board.Note(this.GetPrimaryKeyString(), "gone");
        return Task.CompletedTask;
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext)
    {
        dehydrationContext.TryAddValue("thing", _thing);
        dehydrationContext.TryAddValue("count", _count);
    }

    public void OnRehydrate(IRehydrationContext rehydrationContext)
    {
        rehydrationContext.TryGetValue("thing", out _thing!);
        rehydrationContext.TryGetValue("count", out _count);
    }
}
