namespace Sluice.Actors;

/// <summary>
/// A write or clear found another version in the storage than the one it was based on. When it escapes a grain's
/// call, that activation ends, so that the next call reads the state again.
/// </summary>
public class InconsistentStateException : OrleansException
{
    public InconsistentStateException()
        : base("The stored state is not the one that was read.")
    {
    }

    public InconsistentStateException(string message)
        : base(message)
    {
    }

    public InconsistentStateException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag)
        : this(errorMsg, storedEtag, currentEtag, null)
    {
    }

    public InconsistentStateException(string? storedEtag, string? currentEtag, Exception? storageException)
        : this("The stored state is not the one that was read.", storedEtag, currentEtag, storageException)
    {
    }

    public InconsistentStateException(
        string errorMsg, string? storedEtag, string? currentEtag, Exception? storageException)
        : base(errorMsg, storageException)
    {
        StoredEtag = storedEtag;
        CurrentEtag = currentEtag;
    }

    /// <summary>The version found in the storage; null when there is none, or it is not known.</summary>
    public string? StoredEtag { get; }

    /// <summary>The version the write was based on; null when it was based on none.</summary>
    public string? CurrentEtag { get; }

    /// <summary>
    /// True until the activation that wrote has seen it: a caller further up, which only passes the exception on, has
    /// nothing stale in memory and must live.
    /// </summary>
    internal bool IsSourceActivation { get; set; } = true;

    public override string ToString() =>
        $"{base.ToString()} (stored version {StoredEtag ?? "none"}, expected {CurrentEtag ?? "none"})";
}
