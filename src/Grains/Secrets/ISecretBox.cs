namespace Sluice.Grains.Secrets;

/// <summary>
/// Keeps secrets of grains at rest. The silo implements it with keys that no database holds in the clear.
/// </summary>
public interface ISecretBox
{
    /// <summary>Seals a secret under the newest data key.</summary>
    /// <param name="place">
    /// What it belongs to, such as <c>client/ID/delivery/ROTATION</c>; the same is needed to open it. No secret itself.
    /// </param>
    /// <param name="plain">The secret; at most 64 KiB.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Exception">The database is needed for a data key, and did not answer.</exception>
    ValueTask<SealedSecret> SealAsync(string place, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken);

    /// <summary>Opens a secret.</summary>
    /// <exception cref="SecretNotOpenException">
    /// It was sealed for another place, or changed, or its key is not there.
    /// </exception>
    ValueTask<byte[]> OpenAsync(string place, SealedSecret sealedSecret, CancellationToken cancellationToken);
}

/// <summary>A stored secret does not open. The message names the place and the key, and holds no secret.</summary>
public sealed class SecretNotOpenException(string message) : Exception(message);
