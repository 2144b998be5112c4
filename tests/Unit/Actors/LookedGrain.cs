using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>A grain that shows what it has in memory.</summary>
internal interface ILooked : IGrainWithStringKey
{
    /// <summary>Adds, halfway before the gate and halfway behind it.</summary>
    Task Add(int twice, string gate);

    Task End();

    [AlwaysInterleave]
    ValueTask<LookedState?> Inspect();
}

/// <summary>Shows itself by the other name, and only when asked without arguments.</summary>
internal interface IOldLooked : IGrainWithStringKey
{
    Task Touch();

    [AlwaysInterleave]
    Task<string> Inspect(string part);

    [AlwaysInterleave]
    Task<int[]> GetState();
}

/// <summary>Its method would wait behind others, so it is not taken for the one.</summary>
internal interface IShyLooked : IGrainWithStringKey
{
    Task Touch();

    Task<int> Inspect();
}

[GenerateSerializer, Immutable]
internal sealed record LookedState(
    [property: Id(0)] int Sum, [property: Id(1)] DayOfWeek Day, [property: Id(2)] string Text);

internal sealed class LookedGrain(Journal journal) : Grain, ILooked
{
    private int _sum;

    private string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        journal.Note($"{Key} activates");
        await journal.Pass($"{Key} activates");
    }

    public async Task Add(int twice, string gate)
    {
        _sum += twice;
        await journal.Pass(gate);
        _sum += twice;
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async ValueTask<LookedState?> Inspect()
    {
        Assert.NotEqual("failing", Key);
        await journal.Pass("inspect");
        return Key == "nobody" ? null : new LookedState(_sum, DayOfWeek.Friday, "</script>");
    }
}

internal sealed class OldLookedGrain : Grain, IOldLooked
{
    public Task Touch() => Task.CompletedTask;

    public Task<string> Inspect(string part) => Task.FromResult(part);

    public Task<int[]> GetState() => Task.FromResult<int[]>([1, 2]);
}

internal sealed class ShyLookedGrain : Grain, IShyLooked
{
    public Task Touch() => Task.CompletedTask;

    public Task<int> Inspect() => Task.FromResult(1);
}
