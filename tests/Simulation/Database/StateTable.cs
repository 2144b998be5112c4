using System.Text.Json;

namespace Sluice.Simulation.Database;

/// <summary>The rows of grain states: text, each with a version that every write must name.</summary>
internal sealed class StateTable
{
    private readonly Dictionary<(string Name, GrainId Grain), (string Payload, long Version)> _rows = [];

    internal (string? Payload, long Version) Read(string name, GrainId grain) =>
        _rows.TryGetValue((name, grain), out var row) ? row : (null, 0);

    /// <summary>Zero as the version is a row that must not be there yet.</summary>
    /// <exception cref="InconsistentStateException">The row has another version.</exception>
    internal long Write(string name, GrainId grain, string payload, long version)
    {
        Check(name, grain, version);
        _rows[(name, grain)] = (payload, version + 1);
        return version + 1;
    }

    internal bool Clear(string name, GrainId grain, long version)
    {
        Check(name, grain, version);
        return _rows.Remove((name, grain));
    }

    internal static string ToText<T>(T state) => JsonSerializer.Serialize(state);

    internal static T OfText<T>(string payload) => JsonSerializer.Deserialize<T>(payload)!;

    private void Check(string name, GrainId grain, long version)
    {
        if (Read(name, grain).Version != version)
        {
            throw new InconsistentStateException($"State '{name}' of {grain} was written by another.");
        }
    }
}
