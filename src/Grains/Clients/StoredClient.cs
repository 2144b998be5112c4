using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Keys;

namespace Sluice.Grains.Clients;

/// <summary>A client at rest. Stored types only grow: new members with safe defaults, none renamed.</summary>
[GenerateSerializer, Alias("sluice.StoredClient")]
public sealed record StoredClient
{
    [Id(0)] public ClientDefinition? Definition { get; init; }

    /// <summary>Oldest first.</summary>
    [Id(1)] public StoredKeyVersion[] Keys { get; init; } = [];
}

/// <summary>A key version at rest: never the secret, only its keyed MAC.</summary>
[GenerateSerializer, Immutable, Alias("sluice.StoredKeyVersion")]
public sealed record StoredKeyVersion
{
    [Id(0)] public required KeyVersionInfo Info { get; init; }

    /// <summary>HMAC-SHA256 of the secret's digest, 32 bytes.</summary>
    [Id(1)] public required byte[] Mac { get; init; }

    /// <summary>Names the key and algorithm of <see cref="Mac"/>.</summary>
    [Id(2)] public required string MacKeyId { get; init; }

    public static KeyRing RingOf(IEnumerable<StoredKeyVersion> stored) => new(
        [.. stored.Select(key => new KeyVersion(
            key.Info.Version,
            key.Info.KeyId,
            [.. key.Mac],
            key.Info.CreatedAt,
            key.Info.ExpiresAt,
            key.Info.RevokedAt,
            key.Info.RevokedReason,
            key.Info.Label))]);

    /// <summary>
    /// The ring at rest. A version that was stored before keeps the name of the key it was hashed with.
    /// </summary>
    public static StoredKeyVersion[] Of(KeyRing ring, IReadOnlyList<StoredKeyVersion> before, string macKeyId) =>
        [.. ring.Versions.Select(key => new StoredKeyVersion
        {
            Info = new KeyVersionInfo
            {
                Version = key.Version,
                KeyId = key.KeyId,
                Label = key.Label,
                CreatedAt = key.CreatedAt,
                ExpiresAt = key.ExpiresAt,
                RevokedAt = key.RevokedAt,
                RevokedReason = key.RevokedReason,
            },
            Mac = [.. key.Mac],
            MacKeyId = before.FirstOrDefault(stored => stored.Info.Version == key.Version)?.MacKeyId ?? macKeyId,
        })];
}
