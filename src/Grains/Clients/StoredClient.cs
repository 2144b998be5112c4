using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Audit;
using Sluice.Grains.Revocations;
using Sluice.Rules.Audit;
using Sluice.Rules.Keys;
using Sluice.Rules.Revocations;

namespace Sluice.Grains.Clients;

/// <summary>A client at rest. Stored types only grow: new members with safe defaults, none renamed.</summary>
[GenerateSerializer, Alias("sluice.StoredClient")]
public sealed record StoredClient : IRevokingState, IAuditedState
{
    [Id(0)] public ClientDefinition? Definition { get; init; }

    /// <summary>Oldest first.</summary>
    [Id(1)] public StoredKeyVersion[] Keys { get; init; } = [];

    /// <summary>Counts how often something else was said of the client; 0 or more.</summary>
    [Id(4)] public long Changes { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<Revocation> Revokes { get; private init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<AuditNote> Audits { get; private init; } = [];

    /// <summary>
    /// The change in force, as answers and the feed count it: 1 or more, for 0 says that it is not known.
    /// </summary>
    public long Change => Changes + 1;

    /// <summary>Something else is said of the client: what was decided or is remembered by before is over.</summary>
    public StoredClient Changed(string clientId, ClientDefinition definition) => this with
    {
        Definition = definition,
        Changes = Changes + 1,
        Revokes =
        [
            new Revocation(
                0, definition.Suspended ? RevocationKind.Client : RevocationKind.ClientPolicy, clientId, Change + 1,
                Revocation.MemoryLives),
        ],
    };

    /// <summary>One of its key versions is over.</summary>
    public StoredClient Revoking(string clientId, int version) => this with
    {
        Revokes = [new Revocation(0, RevocationKind.KeyVersion, clientId, version, Revocation.MemoryLives)],
    };

    /// <summary>The same, with what it changes for the audit trail.</summary>
    public StoredClient Noted(string clientId, StoredClient before) =>
        this with { Audits = ClientAudit.NotesOf(clientId, before, this) };

    /// <summary>It is stored, and what it ended is published.</summary>
    public StoredClient Published() => this with { Revokes = [], Audits = [] };
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
