using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Audit;
using Sluice.Grains.Revocations;
using Sluice.Grains.Secrets;
using Sluice.Rules.Audit;
using Sluice.Rules.Revocations;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Tokens;

/// <summary>What is kept of one client's tokens. Stored types only grow: new members with safe defaults.</summary>
[GenerateSerializer, Alias("sluice.StoredTokens")]
public sealed record StoredTokens : IRevokingState, IAuditedState
{
    /// <summary>Of refresh tokens; the one that was used longest ago first.</summary>
    [Id(0)] public StoredFamily[] Families { get; init; } = [];

    /// <summary>Access tokens that were called back one by one, until they end by themselves.</summary>
    [Id(1)] public StoredAccess[] Revoked { get; init; } = [];

    /// <summary>Tokens issued before are not good, in seconds since 1970.</summary>
    [Id(2)] public long TokensFrom { get; init; }

    /// <summary>Codes of people who have signed in that wait to be redeemed.</summary>
    [Id(3)] public StoredCode[] Codes { get; init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<Revocation> Revokes { get; init; } = [];

    /// <summary>Ends for which somebody will ask: by an operator, or because a token came twice.</summary>
    [JsonIgnore]
    public ImmutableArray<AuditNote> Audits { get; init; } = [];

    /// <summary>Without what says nothing any more.</summary>
    public StoredTokens At(DateTimeOffset now)
    {
        var over = (now - AccessToken.ClockSkew).ToUnixTimeSeconds();
        return this with
        {
            Families = [.. Families.Where(family => now < family.ExpiresAt).Select(family => family.At(over))],
            Revoked = [.. Revoked.Where(token => token.ExpiresAt > over)],
            Codes = [.. Codes.Where(code => now < code.ExpiresAt)],
        };
    }

    /// <summary>A family as it is from now on; it was used last.</summary>
    public StoredTokens With(StoredFamily family) => this with
    {
        Families = [.. Families.Where(one => one.FamilyId != family.FamilyId), family],
    };

    /// <summary>These tokens are not good any more, and edges are told.</summary>
    public StoredTokens Revoking(IEnumerable<StoredAccess> tokens)
    {
        var ended = tokens.Where(token => Revoked.All(one => one.TokenId != token.TokenId)).ToList();
        return this with
        {
            Revoked = [.. Revoked, .. ended],
            Revokes =
            [
                .. ended.Select(token => new Revocation(
                    0, RevocationKind.Token, token.TokenId, 0, Revocation.TokensLive)),
            ],
        };
    }
}

/// <summary>A family of refresh tokens at rest.</summary>
[GenerateSerializer, Immutable, Alias("sluice.StoredFamily")]
public sealed record StoredFamily
{
    /// <inheritdoc cref="RefreshFamily.FamilyId"/>
    [Id(0)] public string FamilyId { get; init; } = "";

    /// <summary>The key version that it began with: it is worth what that is worth.</summary>
    [Id(1)] public int KeyVersion { get; init; }

    /// <summary>Its scope, written out.</summary>
    [Id(2)] public string Scope { get; init; } = "";

    /// <summary>When it began.</summary>
    [Id(3)] public DateTimeOffset CreatedAt { get; init; }

    /// <inheritdoc cref="RefreshFamily.ExpiresAt"/>
    [Id(4)] public DateTimeOffset ExpiresAt { get; init; }

    /// <inheritdoc cref="RefreshFamily.Number"/>
    [Id(5)] public int Number { get; init; } = 1;

    /// <inheritdoc cref="RefreshFamily.RotatedAt"/>
    [Id(6)] public DateTimeOffset RotatedAt { get; init; }

    /// <inheritdoc cref="RefreshFamily.EndedAt"/>
    [Id(7)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What its tokens are made with; sealed.</summary>
    [Id(8)] public SealedSecret Secret { get; init; } = new();

    /// <summary>Access tokens that came from it and are good still, so that they end with it.</summary>
    [Id(9)] public StoredAccess[] Issued { get; init; } = [];

    /// <summary>Who signed in; null where it began with a key.</summary>
    [Id(12)] public StoredPerson? Person { get; init; }

    /// <summary>What is kept of the code that it began with; empty where there was none.</summary>
    [Id(15)] public string CodeDigest { get; init; } = "";

    /// <summary>Without access tokens that ended by themselves.</summary>
    public StoredFamily At(long over) => this with { Issued = [.. Issued.Where(token => token.ExpiresAt > over)] };

    /// <summary>What the rules know of it.</summary>
    public RefreshFamily ToRule() => new(FamilyId, ExpiresAt)
    {
        Number = Number, RotatedAt = RotatedAt, EndedAt = EndedAt,
    };

    /// <summary>The family as the rules want it.</summary>
    public StoredFamily With(RefreshFamily family) => this with
    {
        Number = family.Number, RotatedAt = family.RotatedAt, EndedAt = family.EndedAt,
    };
}

/// <summary>An access token that was issued, by its name.</summary>
/// <param name="TokenId">Its <c>jti</c>.</param>
/// <param name="ExpiresAt">Seconds since 1970.</param>
[GenerateSerializer, Immutable, Alias("sluice.StoredAccess")]
public sealed record StoredAccess(
    [property: Id(0)] string TokenId, [property: Id(1)] long ExpiresAt);
