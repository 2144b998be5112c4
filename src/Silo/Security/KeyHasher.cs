using System.Security.Cryptography;
using Sluice.Grains.Clients;

namespace Sluice.Silo.Security;

/// <summary>HMAC-SHA256 under a key of the installation's own, which the database holds wrapped.</summary>
internal sealed class KeyHasher(DataKeys keys) : IKeyHasher
{
    public string KeyId => "hmac-sha256.1";

    public byte[] Mac(ReadOnlySpan<byte> secretDigest) => HMACSHA256.HashData(keys.MacKey, secretDigest);
}
