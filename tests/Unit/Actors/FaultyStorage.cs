using Sluice.Actors.Hosting;

namespace Sluice.Unit.Actors;

/// <summary>A storage that fails when told to.</summary>
internal sealed class FaultyStorage : IGrainStorage
{
    private readonly InMemoryGrainStorage _inner = new();

    internal Exception? NextFailure { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Failed() ?? _inner.ReadStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Failed() ?? _inner.WriteStateAsync(stateName, grainId, grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Failed() ?? _inner.ClearStateAsync(stateName, grainId, grainState);

    private Task? Failed()
    {
        var failure = NextFailure;
        NextFailure = null;
        return failure is null ? null : Task.FromException(failure);
    }
}
