using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Sluice.Actors.Hosting;

/// <summary>States that are gone with the process: for tests. Kept as JSON, so that memory is never shared.</summary>
public sealed class InMemoryGrainStorage : IGrainStorage
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<(string Name, GrainId Grain), (byte[] Json, long Version)> _rows = new();

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        grainState.RecordExists = _rows.TryGetValue((stateName, grainId), out var row);
        grainState.ETag = grainState.RecordExists ? Text(row.Version) : null;
        if (grainState.RecordExists)
        {
            grainState.State = JsonSerializer.Deserialize<T>(row.Json)!;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var json = JsonSerializer.SerializeToUtf8Bytes(grainState.State);
        lock (_lock)
        {
            var version = Check(stateName, grainId, grainState.ETag) + 1;
            _rows[(stateName, grainId)] = (json, version);
            grainState.ETag = Text(version);
            grainState.RecordExists = true;
            return Task.CompletedTask;
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        lock (_lock)
        {
            Check(stateName, grainId, grainState.ETag);
            _rows.TryRemove((stateName, grainId), out _);
            grainState.ETag = null;
            grainState.RecordExists = false;
            return Task.CompletedTask;
        }
    }

    private long Check(string stateName, GrainId grainId, string? expected)
    {
        var found = _rows.TryGetValue((stateName, grainId), out var row) ? Text(row.Version) : null;
        return found == expected
            ? row.Version
            : throw new InconsistentStateException($"{stateName} of {grainId} was written by another.", found,
                expected);
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}
