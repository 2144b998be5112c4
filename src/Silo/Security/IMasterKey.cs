namespace Sluice.Silo.Security;

/// <summary>
/// Wraps data keys: here, with a key from a file or a variable, or at a vault that never gives its key away.
/// </summary>
internal interface IMasterKey
{
    /// <summary>Names the key without telling anything of it; what it has wrapped holds the name.</summary>
    string Id { get; }

    /// <summary>Wraps a data key.</summary>
    /// <param name="place">Names the data key; it is unwrapped for this place alone.</param>
    /// <param name="dataKey">The key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MasterKeyException">The vault does not do so; the message says why.</exception>
    ValueTask<string> WrapAsync(string place, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken);

    /// <summary>Unwraps a data key; null when it was changed, or wrapped for another place.</summary>
    /// <inheritdoc cref="WrapAsync"/>
    ValueTask<byte[]?> UnwrapAsync(string place, string wrapped, CancellationToken cancellationToken);

    /// <summary>
    /// Whether it would be wrapped in the same way now: by the newest version of the key and the algorithm that is set.
    /// </summary>
    /// <param name="wrapped">What this key has wrapped.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MasterKeyException">The vault does not say.</exception>
    ValueTask<bool> IsNewestAsync(string wrapped, CancellationToken cancellationToken);
}
