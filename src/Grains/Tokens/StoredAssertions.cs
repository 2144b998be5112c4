using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Tokens;

/// <summary>
/// A client's public keys, and the assertions that were used. Stored types only grow: new members with safe defaults.
/// </summary>
[GenerateSerializer, Alias("sluice.StoredAssertions")]
public sealed record StoredAssertions : IAuditedState
{
    /// <summary>JSON Web Keys with public members only.</summary>
    [Id(0)] public string[] Keys { get; init; } = [];

    /// <summary>Those that could be good still, if they had not been used.</summary>
    [Id(1)] public StoredUsedName[] Used { get; init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<AuditNote> Audits { get; init; } = [];

    /// <summary>What the rules know of the used ones.</summary>
    public UsedNames ToRule() => new([.. Used.Select(used => new UsedName(used.Digest, used.ExpiresAt))]);

    /// <summary>The used ones as the rules want them.</summary>
    public StoredAssertions With(UsedNames used) => this with
    {
        Used = [.. used.Names.Select(one => new StoredUsedName(one.Digest, one.ExpiresAt))], Audits = [],
    };
}

/// <summary>A name that was used.</summary>
/// <param name="Digest">SHA-256 of it, in base 64.</param>
/// <param name="ExpiresAt">Seconds since 1970.</param>
[GenerateSerializer, Immutable, Alias("sluice.StoredUsedName")]
public sealed record StoredUsedName(
    [property: Id(0)] string Digest, [property: Id(1)] long ExpiresAt);
