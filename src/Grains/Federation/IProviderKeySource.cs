namespace Sluice.Grains.Federation;

/// <summary>
/// Asks identity providers for their keys. The silo implements it, with limits on all that comes back.
/// </summary>
public interface IProviderKeySource
{
    /// <summary>The provider's keys as a JSON Web Key Set.</summary>
    /// <param name="issuer">Whose keys.</param>
    /// <param name="keySetAddress">Where they are; empty: where the issuer's own description says.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProviderKeysException">There were none, and why.</exception>
    Task<byte[]> FetchAsync(string issuer, string keySetAddress, CancellationToken cancellationToken);
}

/// <summary>A provider's keys could not be had. The message holds nothing that the provider said.</summary>
public sealed class ProviderKeysException(string message, Exception? inner = null) : Exception(message, inner);
