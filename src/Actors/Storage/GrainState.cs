namespace Sluice.Actors;

/// <summary>A state on its way between a grain and its storage.</summary>
public interface IGrainState<T>
{
    /// <summary>Never null when a provider is called.</summary>
    T State { get; set; }

    /// <summary>The version read or written; null for none.</summary>
    string? ETag { get; set; }

    /// <summary>Whether the storage holds a record.</summary>
    bool RecordExists { get; set; }
}

/// <inheritdoc cref="IGrainState{T}"/>
public class GrainState<T> : IGrainState<T>
{
    public GrainState()
        : this(default!, null)
    {
    }

    public GrainState(T state)
        : this(state, null)
    {
    }

    public GrainState(T state, string? eTag)
    {
        State = state;
        ETag = eTag;
    }

    public T State { get; set; }

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }
}
