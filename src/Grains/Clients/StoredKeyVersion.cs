using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Keys;

namespace Sluice.Grains.Clients;

/// <summary>A key version at rest: never the secret, only its keyed MAC.</summary>
[GenerateSerializer, Immutable, Alias("sluice.StoredKeyVersion")]
public sealed record StoredKeyVersion
{
    [Id(0)] public required KeyVersionInfo Info { get; init; }

    /// <summary>HMAC-SHA256 of the secret's digest, 32 bytes.</summary>
    [Id(1)] public required byte[] Mac { get; init; }

    /// <summary>Names the key and algorithm of <see cref="Mac"/>.</summary>
    [Id(2)] public required string MacKeyId { get; init; }

    /// <summary>How it was used, up to some time before it was stored; null when it was not.</summary>
    [Id(3)] public StoredKeyUse? Use { get; init; }

    public static KeyRing RingOf(IEnumerable<StoredKeyVersion> stored) => new(
        [.. stored.Select(key => new KeyVersion(
            key.Info.Version,
            key.Info.KeyId,
            [.. key.Mac],
            key.Info.CreatedAt,
            key.Info.ExpiresAt,
            key.Info.RevokedAt,
            key.Info.RevokedReason,
            key.Info.Label)
        {
            RotationId = key.Info.Rotation?.RotationId ?? "",
            ActivatesAt = key.Info.Rotation?.ActivatesAt,
            AcceptedEarly = key.Info.Rotation?.AcceptedEarly ?? false,
            Overlap = key.Info.Rotation?.Overlap ?? TimeSpan.Zero,
            RetiresAt = key.Info.Rotation?.RetiresAt,
            CancelledAt = key.Info.Rotation?.CancelledAt,
            FetchBy = key.Info.Rotation?.FetchBy,
            FetchedAt = key.Info.Rotation?.FetchedAt,
        })]);

    /// <summary>
    /// The ring at rest. A version that was stored before keeps the name of the key it was hashed with.
    /// </summary>
    public static StoredKeyVersion[] Of(
        KeyRing ring, IReadOnlyList<StoredKeyVersion> before, string macKeyId, KeyUses uses) =>
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
                Rotation = RotationOf(key),
            },
            Mac = [.. key.Mac],
            MacKeyId = before.FirstOrDefault(stored => stored.Info.Version == key.Version)?.MacKeyId ?? macKeyId,
            Use = StoredKeyUse.Of(uses.Of(key.Version)),
        })];

    private static KeyRotationInfo? RotationOf(KeyVersion key) =>
        key.RotationId.Length == 0 && key.RetiresAt is null
            ? null
            : new KeyRotationInfo
            {
                RotationId = key.RotationId,
                ActivatesAt = key.ActivatesAt,
                AcceptedEarly = key.AcceptedEarly,
                Overlap = key.Overlap,
                RetiresAt = key.RetiresAt,
                CancelledAt = key.CancelledAt,
                FetchBy = key.FetchBy,
                FetchedAt = key.FetchedAt,
            };
}

/// <summary>How a key version was used, at rest.</summary>
[GenerateSerializer, Immutable, Alias("sluice.StoredKeyUse")]
public sealed record StoredKeyUse
{
    /// <summary>When it was accepted first; null when it never was.</summary>
    [Id(0)] public DateTimeOffset? FirstAt { get; init; }

    /// <summary>When it was accepted last.</summary>
    [Id(1)] public DateTimeOffset? LastAt { get; init; }

    /// <summary>Calls that it was right for; 0 or more.</summary>
    [Id(2)] public long Accepted { get; init; }

    /// <summary>When it was presented last though it was refused; null when it never was.</summary>
    [Id(3)] public DateTimeOffset? RefusedAt { get; init; }

    /// <summary>How often it was presented though it was refused; 0 or more.</summary>
    [Id(4)] public long Refused { get; init; }

    public KeyUse ToRule() => new(FirstAt, LastAt, Accepted, RefusedAt, Refused);

    public static StoredKeyUse? Of(in KeyUse use) => use == default
        ? null
        : new StoredKeyUse
        {
            FirstAt = use.FirstAt,
            LastAt = use.LastAt,
            Accepted = use.Accepted,
            RefusedAt = use.RefusedAt,
            Refused = use.Refused,
        };
}
