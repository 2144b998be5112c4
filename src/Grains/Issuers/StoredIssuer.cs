using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Audit;
using Sluice.Grains.Revocations;
using Sluice.Grains.Secrets;
using Sluice.Rules.Audit;
using Sluice.Rules.Revocations;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Issuers;

/// <summary>The issuer at rest. Stored types only grow: new members with safe defaults, none renamed.</summary>
[GenerateSerializer, Alias("sluice.StoredIssuer")]
public sealed record StoredIssuer : IRevokingState, IAuditedState
{
    /// <summary>Counts the writes.</summary>
    [Id(0)] public long Epoch { get; init; }

    /// <summary>Oldest first.</summary>
    [Id(1)] public StoredSigningKey[] Keys { get; init; } = [];

    /// <summary>Tokens issued before are not good, in seconds since 1970.</summary>
    [Id(2)] public long TokensFrom { get; init; }

    /// <summary>The same of the clients of one tenant; those that say something still.</summary>
    [Id(3)] public StoredTenantTokens[] Tenants { get; init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<Revocation> Revokes { get; init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<AuditNote> Audits { get; init; } = [];

    /// <summary>What the rules know of its keys.</summary>
    public SigningKeys ToRule() => new([.. Keys.Select(key => new SigningKey(key.KeyId, key.Algorithm, key.CreatedAt)
    {
        PublishedAt = key.PublishedAt,
        ActivatesAt = key.ActivatesAt,
        Overlap = key.Overlap,
        CompromisedAt = key.CompromisedAt,
        RotationId = key.RotationId,
    })]);

    /// <summary>The keys as the rules want them; what only is stored of them stays, and goes with them.</summary>
    public StoredIssuer With(SigningKeys keys) => this with
    {
        Keys =
        [
            .. from key in keys.Keys
               let stored = Keys.First(one => one.KeyId == key.KeyId)
               select stored with
               {
                   PublishedAt = key.PublishedAt,
                   ActivatesAt = key.ActivatesAt,
                   Overlap = key.Overlap,
                   CompromisedAt = key.CompromisedAt,
                   RotationId = key.RotationId,
               },
        ],
    };

    /// <summary>From when on tokens of a tenant are good.</summary>
    public long TokensFromOf(string tenant) => Math.Max(
        TokensFrom, Tenants.FirstOrDefault(one => one.Tenant == tenant)?.TokensFrom ?? 0);
}

/// <summary>A signing key at rest.</summary>
[GenerateSerializer, Immutable, Alias("sluice.StoredSigningKey")]
public sealed record StoredSigningKey
{
    /// <summary>Its thumbprint.</summary>
    [Id(0)] public string KeyId { get; init; } = "";

    /// <summary>What it is for.</summary>
    [Id(1)] public SignatureAlgorithm Algorithm { get; init; }

    /// <summary>Its public half, a JSON Web Key.</summary>
    [Id(2)] public string Public { get; init; } = "";

    /// <summary>Its secret half in the form of PKCS #8; null when it was destroyed.</summary>
    [Id(3)] public SealedSecret? Secret { get; init; }

    /// <inheritdoc cref="SigningKey.CreatedAt"/>
    [Id(4)] public DateTimeOffset CreatedAt { get; init; }

    /// <inheritdoc cref="SigningKey.PublishedAt"/>
    [Id(5)] public DateTimeOffset? PublishedAt { get; init; }

    /// <inheritdoc cref="SigningKey.ActivatesAt"/>
    [Id(6)] public DateTimeOffset ActivatesAt { get; init; }

    /// <inheritdoc cref="SigningKey.Overlap"/>
    [Id(7)] public TimeSpan Overlap { get; init; }

    /// <inheritdoc cref="SigningKey.CompromisedAt"/>
    [Id(8)] public DateTimeOffset? CompromisedAt { get; init; }

    /// <inheritdoc cref="SigningKey.RotationId"/>
    [Id(9)] public string RotationId { get; init; } = "";
}

/// <summary>From when on tokens of a tenant's clients are good.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="TokensFrom">Seconds since 1970.</param>
[GenerateSerializer, Immutable, Alias("sluice.StoredTenantTokens")]
public sealed record StoredTenantTokens(
    [property: Id(0)] string Tenant, [property: Id(1)] long TokensFrom);
