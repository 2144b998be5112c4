using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Sluice.Conformance.Engines;

/// <summary>States that a test can see, change behind a grain's back, and make fail. Shared by all silos.</summary>
public sealed class SuiteStorage : IGrainStorage
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, GrainId Grain), Row> _rows = [];
    private readonly ConcurrentDictionary<GrainId, Exception> _failures = new();

    /// <summary>The next read, write or clear of that grain fails so, and changes nothing.</summary>
    public void FailNext(GrainId grain, Exception failure) => _failures[grain] = failure;

    /// <summary>Writes as another process would: under a new version, whatever the old one.</summary>
    public void Overwrite<T>(string stateName, GrainId grain, T state)
    {
        lock (_lock)
        {
            var version = _rows.TryGetValue((stateName, grain), out var row) ? row.Version : 0;
            _rows[(stateName, grain)] = new Row(JsonSerializer.SerializeToUtf8Bytes(state), version + 1);
        }
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfToFail(grainId);
        lock (_lock)
        {
            grainState.RecordExists = _rows.TryGetValue((stateName, grainId), out var row);
            grainState.ETag = grainState.RecordExists ? Text(row.Version) : null;
            grainState.State = grainState.RecordExists
                ? JsonSerializer.Deserialize<T>(row.Json)!
                : Activator.CreateInstance<T>();
            return Task.CompletedTask;
        }
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfToFail(grainId);
        lock (_lock)
        {
            var version = Check(stateName, grainId, grainState.ETag) + 1;
            _rows[(stateName, grainId)] = new Row(JsonSerializer.SerializeToUtf8Bytes(grainState.State), version);
            grainState.ETag = Text(version);
            grainState.RecordExists = true;
            return Task.CompletedTask;
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfToFail(grainId);
        lock (_lock)
        {
            Check(stateName, grainId, grainState.ETag);
            _rows.Remove((stateName, grainId));
            grainState.ETag = null;
            grainState.RecordExists = false;
            grainState.State = Activator.CreateInstance<T>();
            return Task.CompletedTask;
        }
    }

    private void ThrowIfToFail(GrainId grain)
    {
        if (_failures.TryRemove(grain, out var failure))
        {
            throw failure;
        }
    }

    private long Check(string stateName, GrainId grain, string? expected)
    {
        var found = _rows.TryGetValue((stateName, grain), out var row) ? Text(row.Version) : null;
        return found == expected
            ? row.Version
            : throw new InconsistentStateException($"{stateName} of {grain} was written by another.", found, expected);
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Row(byte[] Json, long Version);
}
