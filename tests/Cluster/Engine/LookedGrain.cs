namespace Sluice.Cluster.Engine;

[Alias("test.ILooked")]
public interface ILooked : IGrainWithStringKey
{
    [Alias("Add")]
    Task Add(int amount);

    [Alias("Inspect"), AlwaysInterleave]
    ValueTask<LookedState> Inspect();
}

[GenerateSerializer, Immutable, Alias("test.LookedState")]
public sealed record LookedState([property: Id(0)] int Sum);

/// <summary>Shows what it has in memory.</summary>
public sealed class LookedGrain : Grain, ILooked
{
    private int _sum;

    public Task Add(int amount)
    {
        _sum += amount;
        return Task.CompletedTask;
    }

    public ValueTask<LookedState> Inspect() => ValueTask.FromResult(new LookedState(_sum));
}
