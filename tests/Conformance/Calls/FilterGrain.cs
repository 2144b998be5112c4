using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Calls;

[Alias("conformance.IFiltered")]
public interface IFiltered : IGrainWithStringKey
{
    [Alias("Silo")]
    Task<string> Silo();

    [Alias("Answer")]
    Task<int> Answer(int number);

    [Alias("Quick")]
    ValueTask<int> Quick(int number);

    [Alias("Forbidden")]
    Task Forbidden();
}

/// <summary>Filters its own calls.</summary>
public sealed class FilteredGrain(Board board, SiloName silo) : Grain, IFiltered, IIncomingGrainCallFilter
{
    private string Key => this.GetPrimaryKeyString();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.MethodName == nameof(IFiltered.Silo))
        {
            await context.Invoke();
            return;
        }

        board.Note(Key, $"before {context.MethodName}");
        if (context.InterfaceMethod.Name == nameof(IFiltered.Forbidden))
        {
            throw new RefusedException($"{context.ImplementationMethod.DeclaringType!.Name} forbids it.");
        }

        await context.Invoke();
        board.Note(Key, $"after {context.MethodName}: {context.Result}");
        context.Result = (int)context.Result! + 1;
    }

    public Task<string> Silo() => Task.FromResult(silo.Value);

    public Task<int> Answer(int number)
    {
        board.Note(Key, $"inside with {number}");
        return Task.FromResult(number);
    }

    public ValueTask<int> Quick(int number) => ValueTask.FromResult(number);

    public Task Forbidden()
    {
        board.Note(Key, "inside what is forbidden");
        return Task.CompletedTask;
    }
}

[Alias("conformance.IObserved")]
public interface IObserved : IGrainWithStringKey
{
    [Alias("Answer")]
    Task<int> Answer(int number);
}

/// <summary>Knows nothing of filters.</summary>
public sealed class ObservedGrain : Grain, IObserved
{
    public Task<int> Answer(int number) => Task.FromResult(number);
}

/// <summary>A filter of the silo: writes down what it sees, and multiplies numbers.</summary>
public sealed class SiloFilter(Board board, int factor) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not ObservedGrain grain)
        {
            await context.Invoke();
            return;
        }

        Assert.Equal(grain.GetGrainId(), context.TargetId);
        Assert.Equal(context.TargetId, context.TargetContext.GrainId);
        Assert.Same(grain, context.TargetContext.GrainInstance);
        var key = context.TargetId.Key.ToString()!;
        board.Note(key, $"{context.InterfaceMethod.DeclaringType!.Name}.{context.MethodName} times {factor}");
        await context.Invoke();
        context.Result = (int)context.Result! * factor;
    }
}
