using System.Buffers;

namespace Sluice.Actors;

/// <summary>
/// A grain with something in memory that its next activation, on another silo, should go on with. A hint, never a
/// promise: a crash, a timeout or another engine's way of moving grains leaves the next activation without it.
/// </summary>
public interface IGrainMigrationParticipant
{
    /// <summary>The activation has ended its work, and writes down what is in memory.</summary>
    void OnDehydrate(IDehydrationContext dehydrationContext);

    /// <summary>The next activation reads it, after its states were read and before it is activated.</summary>
    void OnRehydrate(IRehydrationContext rehydrationContext);
}

/// <summary>Takes what an activation leaves to the next.</summary>
public interface IDehydrationContext
{
    /// <summary>What was added so far.</summary>
    IEnumerable<string> Keys { get; }

    /// <summary>Adds bytes under a key that has none.</summary>
    void AddBytes(string key, ReadOnlySpan<byte> value);

    /// <summary>Adds what the writer writes under a key that has none.</summary>
    void AddBytes<T>(string key, Action<T, IBufferWriter<byte>> valueWriter, T value);

    /// <summary>Adds a value of a type that travels; false when its type does not.</summary>
    bool TryAddValue<T>(string key, T? value);
}

/// <summary>Gives what the activation before left.</summary>
public interface IRehydrationContext
{
    /// <summary>What there is.</summary>
    IEnumerable<string> Keys { get; }

    /// <summary>The bytes under the key; false when there are none.</summary>
    bool TryGetBytes(string key, out ReadOnlySequence<byte> value);

    /// <summary>The value under the key; false when there is none, or it cannot be read as that type.</summary>
    bool TryGetValue<T>(string key, out T? value);
}
