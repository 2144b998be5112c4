namespace Sluice.Grains.Clients;

/// <summary>
/// Makes secrets of keys. The silo implements it with the generator of the operating system and a key that no database
/// holds; grains never see a secret that is not sealed.
/// </summary>
public interface IKeySecrets
{
    /// <summary>A secret that nobody had before.</summary>
    /// <param name="place">Where its seal is kept; it opens for no other place.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<SealedKeySecret> MakeAsync(string place, CancellationToken cancellationToken);
}

/// <param name="Digest">SHA-256 of the secret, 32 bytes: what edges send of a presented key.</param>
/// <param name="Sealed">The secret itself, sealed.</param>
public readonly record struct SealedKeySecret(byte[] Digest, string Sealed)
{
    /// <summary>Neither: it is for no log.</summary>
    public override string ToString() => "SealedKeySecret { … }";
}
