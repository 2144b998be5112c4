using Sluice.Grains.Abstractions.Federation;

namespace Sluice.Grains.Abstractions.Tokens;

/// <summary>The tokens of one client: issued, renewed, called back. The grain key is the client's id.</summary>
/// <remarks>
/// Nothing is issued without the client's own grain, which knows its keys and whether it is suspended. A refusal is a
/// <see cref="TokenOutcome"/>; an exception means that the outcome is unknown.
/// </remarks>
[Alias("sluice.ITokenGrain")]
public interface ITokenGrain : IGrainWithStringKey
{
    /// <summary>Issues a token for a key, and a refresh token where one is wanted.</summary>
    [Alias("Issue")]
    Task<TokenReply> Issue(IssueTokenRequest request);

    /// <summary>Issues a token for a refresh token, and the next refresh token.</summary>
    [Alias("Refresh")]
    Task<TokenReply> Refresh(RefreshTokenRequest request);

    /// <summary>
    /// Ends a refresh token with all that came from it. One that is not known, or was guessed, changes nothing.
    /// </summary>
    [Alias("RevokeRefresh")]
    Task RevokeRefresh(RefreshTokenRequest request);

    /// <summary>Ends one access token, which was found right. Said again, nothing changes.</summary>
    [Alias("RevokeAccess")]
    Task RevokeAccess(IssuedToken token);

    /// <summary>Ends every token of the client, refresh tokens too.</summary>
    [Alias("RevokeAll")]
    Task<ChangeReply> RevokeAll();

    /// <summary>What is known against an access token that was found right, and against its client.</summary>
    [Alias("InspectAccess")]
    Task<TokenStanding> InspectAccess(IssuedToken token);

    /// <summary>What a refresh token is worth. It is not used by this.</summary>
    [Alias("InspectRefresh")]
    Task<TokenStanding> InspectRefresh(RefreshTokenRequest request);
}

/// <summary>Who asks for a token.</summary>
[GenerateSerializer, Immutable, Alias("sluice.IssueTokenRequest")]
public sealed record IssueTokenRequest
{
    /// <summary>The version that the key names; 1 or more.</summary>
    [Id(0)] public required int KeyVersion { get; init; }

    /// <summary>SHA-256 of its secret, 32 bytes.</summary>
    [Id(1)] public required byte[] SecretDigest { get; init; }

    /// <summary>The scope that is asked for; empty: all that there is.</summary>
    [Id(2)] public string Scope { get; init; } = "";

    /// <summary>True: a refresh token is wanted too.</summary>
    [Id(3)] public bool WithRefresh { get; init; }

    /// <summary>Where the key is used from, as in <c>IdentifyRequest</c>; null when it is not known.</summary>
    [Id(5)] public UInt128? ClientAddress { get; init; }

    /// <summary>
    /// What the client signed to show who it is, in place of a key; null: it shows a key. Then
    /// <see cref="KeyVersion"/> is 0 and <see cref="SecretDigest"/> empty.
    /// </summary>
    [Id(6)] public string? Assertion { get; init; }

    /// <summary>
    /// What an identity provider says of whoever asks, in place of a key; null: they show a key. Then
    /// <see cref="KeyVersion"/> is 0 and <see cref="SecretDigest"/> empty.
    /// </summary>
    [Id(9)] public SubjectRequest? Subject { get; init; }
}

/// <summary>A refresh token, taken apart.</summary>
[GenerateSerializer, Immutable, Alias("sluice.RefreshTokenRequest")]
public sealed record RefreshTokenRequest
{
    /// <summary>Its family; 16 characters.</summary>
    [Id(0)] public required string FamilyId { get; init; }

    /// <summary>Its place in the family; 1 or more.</summary>
    [Id(1)] public required int Number { get; init; }

    /// <summary>What shows that the family made it.</summary>
    [Id(2)] public required string Proof { get; init; }

    /// <summary>The scope that is asked for; empty: that of the family.</summary>
    [Id(3)] public string Scope { get; init; } = "";
}

/// <summary>An access token that was issued.</summary>
/// <param name="TokenId">Its <c>jti</c>.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="ExpiresAt">Seconds since 1970.</param>
/// <param name="KeyVersion">The key version that it was issued for.</param>
/// <param name="Tenant">The tenant that it names.</param>
[GenerateSerializer, Immutable, Alias("sluice.IssuedToken")]
public sealed record IssuedToken(
    [property: Id(0)] string TokenId,
    [property: Id(1)] long IssuedAt,
    [property: Id(2)] long ExpiresAt,
    [property: Id(3)] int KeyVersion,
    [property: Id(4)] string Tenant);

/// <summary>How a request for a token ended. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.TokenOutcome")]
public enum TokenOutcome
{
    /// <summary>No outcome. Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>Here it is.</summary>
    Issued = 1,

    /// <summary>The key is not right, or not good any more.</summary>
    KeyRefused = 2,

    /// <summary>The key is right, and its client suspended.</summary>
    ClientSuspended = 3,

    /// <summary>The scope has words that are not known, or asks for more than there is.</summary>
    InvalidScope = 4,

    /// <summary>The refresh token is not right, or not good any more.</summary>
    InvalidGrant = 5,

    /// <summary>Too many were asked for; after <see cref="TokenReply.RetryAfter"/> again.</summary>
    TooMany = 6,

    /// <summary>No tokens are issued here.</summary>
    NotOffered = 7,

    /// <summary>What an identity provider says is not good here, or gives nothing.</summary>
    SubjectRefused = 9,

    /// <summary>The key is right, and may not be used from where it came.</summary>
    AddressForbidden = 11,

    /// <summary>It cannot be judged now, because the provider does not answer.</summary>
    Unavailable = 12,
}

/// <summary>The answer to a request for a token.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TokenReply")]
public sealed record TokenReply
{
    /// <summary>How it ended; all other members are empty where nothing was issued.</summary>
    [Id(0)] public required TokenOutcome Outcome { get; init; }

    /// <summary>The access token.</summary>
    [Id(1)] public string AccessToken { get; init; } = "";

    /// <summary>Whole seconds that it is good for.</summary>
    [Id(2)] public long ExpiresIn { get; init; }

    /// <summary>Its scope, written out.</summary>
    [Id(3)] public string Scope { get; init; } = "";

    /// <summary>The refresh token; empty when none was wanted.</summary>
    [Id(4)] public string RefreshToken { get; init; } = "";

    /// <summary>How long to wait before asking again; zero when waiting does not help.</summary>
    [Id(5)] public TimeSpan RetryAfter { get; init; }
}

/// <summary>What a token is worth.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TokenStanding")]
public sealed record TokenStanding
{
    /// <summary>Whether it is good now.</summary>
    [Id(0)] public required bool Active { get; init; }

    /// <summary>The scope of a refresh token; empty otherwise.</summary>
    [Id(1)] public string Scope { get; init; } = "";

    /// <summary>When a refresh token ends, in seconds since 1970; 0 otherwise.</summary>
    [Id(2)] public long ExpiresAt { get; init; }

    /// <summary>When its family began, in seconds since 1970; 0 otherwise.</summary>
    [Id(3)] public long IssuedAt { get; init; }

    /// <summary>True: an access token was called back, whatever its client is worth.</summary>
    [Id(4)] public bool Revoked { get; init; }
}
