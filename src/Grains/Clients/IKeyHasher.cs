namespace Sluice.Grains.Clients;

/// <summary>
/// Turns the digest of a secret into what is stored of it. The silo implements it with a key that no database holds.
/// </summary>
public interface IKeyHasher
{
    /// <summary>Names the key and the algorithm, so that both can be changed later.</summary>
    string KeyId { get; }

    /// <summary>The keyed MAC of a 32-byte digest; 32 bytes.</summary>
    byte[] Mac(ReadOnlySpan<byte> secretDigest);
}
