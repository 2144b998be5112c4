using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Audit;
using Sluice.Grains.Revocations;
using Sluice.Rules.Audit;
using Sluice.Rules.Revocations;

namespace Sluice.Grains.Clients;

/// <summary>A client at rest. Stored types only grow: new members with safe defaults, none renamed.</summary>
[GenerateSerializer, Alias("sluice.StoredClient")]
public sealed record StoredClient : IRevokingState, IAuditedState
{
    [Id(0)] public ClientDefinition? Definition { get; init; }

    /// <summary>Oldest first.</summary>
    [Id(1)] public StoredKeyVersion[] Keys { get; init; } = [];

    /// <summary>New secrets that somebody is to fetch, sealed.</summary>
    [Id(6)] public StoredDelivery[] Deliveries { get; init; } = [];

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

    /// <summary>Some of its key versions are over.</summary>
    public StoredClient Revoking(string clientId, params IEnumerable<int> versions) => this with
    {
        Revokes =
        [
            .. versions.Select(version =>
                new Revocation(0, RevocationKind.KeyVersion, clientId, version, Revocation.MemoryLives)),
        ],
    };

    /// <summary>The same, with what it changes for the audit trail.</summary>
    public StoredClient Noted(string clientId, StoredClient before) =>
        this with { Audits = ClientAudit.NotesOf(clientId, before, this) };

    /// <summary>It is stored, and what it ended is published.</summary>
    public StoredClient Published() => this with { Revokes = [], Audits = [] };
}

/// <summary>The secret of a rotation, as long as somebody may fetch it.</summary>
[GenerateSerializer, Immutable, Alias("sluice.StoredDelivery")]
public sealed record StoredDelivery
{
    /// <summary>The rotation.</summary>
    [Id(0)] public required string RotationId { get; init; }

    /// <summary>The key that is rotated.</summary>
    [Id(1)] public required string KeyId { get; init; }

    /// <summary>The new version of it.</summary>
    [Id(2)] public required int Version { get; init; }

    /// <summary>The secret, sealed by the silo for this place alone.</summary>
    [Id(3)] public required string Sealed { get; init; }

    /// <summary>From here on it is given to nobody, and forgotten soon.</summary>
    [Id(4)] public required DateTimeOffset EndsAt { get; init; }
}
