namespace Sluice.Grains.Abstractions.Issuers;

/// <summary>
/// Who issues access tokens: the keys that they are signed with, and from when on tokens are good. The grain key is
/// <see cref="TokenIssuer.Key"/>; there is one such grain.
/// </summary>
/// <remarks>A change is stored before it is answered. An exception means that the outcome is unknown.</remarks>
[Alias("sluice.IIssuerGrain")]
public interface IIssuerGrain : IGrainWithStringKey
{
    /// <summary>What whoever judges tokens needs; the keys are those to be known now.</summary>
    [Alias("Describe")]
    Task<IssuerDescription> Describe();

    /// <summary>
    /// Makes another key, which signs when everybody can know it. A repeat with the same id changes nothing; another
    /// rotation while one is under way is refused.
    /// </summary>
    [Alias("Rotate")]
    Task<ChangeReply> Rotate(string rotationId);

    /// <summary>
    /// Somebody else may have a key: it is worth nothing from now on, nor is any token that was issued before.
    /// </summary>
    [Alias("Compromise")]
    Task<ChangeReply> Compromise(string keyId);

    /// <summary>Ends all tokens that were issued before now.</summary>
    /// <param name="tenant">Of whose clients; empty: of all.</param>
    [Alias("RevokeTokens")]
    Task<ChangeReply> RevokeTokens(string tenant);

    /// <summary>Every key, oldest first.</summary>
    [Alias("ListKeys")]
    Task<SigningKeyInfo[]> ListKeys();

    /// <summary>From when on tokens of a tenant are good, in seconds since 1970; 0: all are.</summary>
    [Alias("TokensFrom")]
    Task<long> TokensFrom(string tenant);
}

/// <summary>Where the one <see cref="IIssuerGrain"/> is found.</summary>
public static class TokenIssuer
{
    /// <summary>The key of the one grain.</summary>
    public const string Key = "issuer";
}

/// <summary>What is known of the issuer by everybody.</summary>
[GenerateSerializer, Immutable, Alias("sluice.IssuerDescription")]
public sealed record IssuerDescription
{
    /// <summary>Its name, an address; empty: no tokens are issued, and none are good.</summary>
    [Id(0)] public string Issuer { get; init; } = "";

    /// <summary>Whom its tokens are for.</summary>
    [Id(1)] public string Audience { get; init; } = "";

    /// <summary>
    /// Counts what was stored of its keys: of two descriptions the higher is the newer. 0: no tokens.
    /// </summary>
    [Id(2)] public long Epoch { get; init; }

    /// <summary>The keys that its tokens are judged by, each a JSON Web Key with public members only.</summary>
    [Id(3)] public string[] Keys { get; init; } = [];

    /// <summary>True: a key is exchanged for a token by the grant <c>client_credentials</c> too.</summary>
    [Id(4)] public bool ClientCredentials { get; init; }

    /// <summary>The algorithms of its keys, such as <c>ES256</c>.</summary>
    [Id(5)] public string[] Algorithms { get; init; } = [];

    /// <summary>The longest that others may remember its keys without asking again.</summary>
    [Id(6)] public TimeSpan VerifierCache { get; init; }
}

/// <summary>What operators are told of a signing key. Nothing of it is secret.</summary>
[GenerateSerializer, Immutable, Alias("sluice.SigningKeyInfo")]
public sealed record SigningKeyInfo
{
    /// <summary>Its thumbprint, as <c>kid</c> names it.</summary>
    [Id(0)] public required string KeyId { get; init; }

    /// <summary>Such as <c>ES256</c>.</summary>
    [Id(1)] public required string Algorithm { get; init; }

    /// <summary>Where it is in its life, as <c>SigningKeyState</c> of the rules names it.</summary>
    [Id(2)] public required string State { get; init; }

    /// <summary>When it was made.</summary>
    [Id(3)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it begins, or began, to sign; null before it is published.</summary>
    [Id(4)] public DateTimeOffset? ActivatesAt { get; init; }

    /// <summary>When it became known that somebody else may have it; null when it did not.</summary>
    [Id(5)] public DateTimeOffset? CompromisedAt { get; init; }

    /// <summary>True: its secret half is still kept.</summary>
    [Id(6)] public bool HasSecret { get; init; }
}
