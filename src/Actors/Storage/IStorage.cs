namespace Sluice.Actors;

/// <summary>The life of one stored record.</summary>
public interface IStorage
{
    /// <summary>The version last read or written; null when there is no record.</summary>
    string? Etag { get; }

    /// <summary>Whether a record was there when last read or written.</summary>
    bool RecordExists { get; }

    /// <summary>Removes the record if its version is still <see cref="Etag"/>; the state starts anew.</summary>
    /// <exception cref="InconsistentStateException">Somebody else wrote meanwhile.</exception>
    Task ClearStateAsync();

    /// <inheritdoc cref="ClearStateAsync()"/>
    Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

    /// <summary>Writes the record if its version is still <see cref="Etag"/>.</summary>
    /// <remarks>After a failure the state in memory is as the grain left it, and <see cref="Etag"/>
    /// unchanged.</remarks>
    /// <exception cref="OrleansException">The storage failed, for the inner reason; it may have written.</exception>
    /// <exception cref="InconsistentStateException">Somebody else wrote meanwhile.</exception>
    Task WriteStateAsync();

    /// <inheritdoc cref="WriteStateAsync()"/>
    Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

    /// <summary>Replaces the state in memory by the stored one.</summary>
    Task ReadStateAsync();

    /// <inheritdoc cref="ReadStateAsync()"/>
    Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
}

/// <summary>A stored record with its state in memory.</summary>
public interface IStorage<TState> : IStorage
{
    /// <summary>The state in memory; a new one while there is no record.</summary>
    TState State { get; set; }
}
