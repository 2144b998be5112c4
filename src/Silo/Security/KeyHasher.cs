using System.Security.Cryptography;
using Sluice.Grains.Clients;

namespace Sluice.Silo.Security;

/// <summary>HMAC-SHA256 under a key that is derived from the master key.</summary>
public sealed class KeyHasher(MasterKey masterKey) : IKeyHasher
{
    private readonly byte[] _key = masterKey.Derive("client-key-mac");

    public string KeyId => "hmac-sha256.1";

    public byte[] Mac(ReadOnlySpan<byte> secretDigest) => HMACSHA256.HashData(_key, secretDigest);
}
