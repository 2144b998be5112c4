namespace Sluice.Grains.Abstractions.Federation;

/// <summary>
/// The identity providers that one tenant trusts, and what their tokens are worth. The grain key is the tenant's id.
/// </summary>
/// <remarks>A change is stored before it is answered. An exception means that the outcome is unknown.</remarks>
[Alias("sluice.IProvidersGrain")]
public interface IProvidersGrain : IGrainWithStringKey
{
    /// <summary>Makes a provider, or replaces it.</summary>
    [Alias("Put")]
    Task<ChangeReply> Put(ProviderDefinition provider);

    /// <summary>The same, with the secret that we have at the provider.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="sealedSecret">
    /// The secret, sealed for its place; null: the one that is stored stays, where the provider is the same.
    /// </param>
    [Alias("PutWithSecret")]
    Task<ChangeReply> PutWithSecret(ProviderDefinition provider, string? sealedSecret);

    /// <summary>Takes a provider away: none of its tokens is good from now on.</summary>
    [Alias("Remove")]
    Task<ChangeReply> Remove(string provider);

    /// <summary>The tenant's providers, in the order of their names.</summary>
    [Alias("List"), AlwaysInterleave]
    ValueTask<ProviderDefinition[]> List();

    /// <summary>
    /// What a provider's token is worth for a client of the tenant. It may wait for the provider, once for all who ask;
    /// others are answered meanwhile.
    /// </summary>
    [Alias("Judge"), AlwaysInterleave]
    Task<SubjectReply> Judge(SubjectRequest request);

    /// <summary>Where a person is sent to sign in. It may wait for the provider, as <see cref="Judge"/>.</summary>
    [Alias("BeginSignIn"), AlwaysInterleave]
    Task<SignInAddress> BeginSignIn(SignInRequest request);

    /// <summary>Whose the code is that the provider sent the person back with.</summary>
    [Alias("SignIn"), AlwaysInterleave]
    Task<SubjectReply> SignIn(SignInRequest request);

    /// <summary>
    /// Whether a provider, and what it gives as this client, is as it was when it said who somebody is: see
    /// <see cref="SubjectReply.Stamp"/>.
    /// </summary>
    [Alias("IsUnchanged"), AlwaysInterleave]
    ValueTask<bool> IsUnchanged(string provider, string clientId, string stamp);
}

/// <summary>An identity provider as a tenant trusts it.</summary>
[GenerateSerializer, Immutable, Alias("sluice.ProviderDefinition")]
public sealed record ProviderDefinition
{
    /// <summary>Unique in its tenant; 1 to 63 of a-z, 0-9 and '-'.</summary>
    [Id(0)] public required string Provider { get; init; }

    /// <summary>Its <c>iss</c>, letter by letter: an https address, or http on this machine.</summary>
    [Id(3)] public required string Issuer { get; init; }

    /// <summary>What its tokens must be for; 1 to 512 characters.</summary>
    [Id(6)] public required string Audience { get; init; }

    /// <summary>Where its keys are; empty: where its own description says.</summary>
    [Id(9)] public string KeySetAddress { get; init; } = "";

    /// <summary>Its keys as a JSON Web Key Set, which are never fetched then; empty: they are fetched.</summary>
    [Id(12)] public string KeySet { get; init; } = "";

    /// <summary>What its tokens may be signed with; none: all that are known here.</summary>
    [Id(15)] public string[] Algorithms { get; init; } = [];

    /// <summary>The claim that says who it is.</summary>
    [Id(18)] public string SubjectClaim { get; init; } = "sub";

    /// <summary>How old a token may be; 1 minute to 24 hours.</summary>
    [Id(21)] public TimeSpan AgeMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Who of its subjects may be which client; 1 to 64.</summary>
    [Id(24)] public GrantDefinition[] Grants { get; init; } = [];

    /// <summary>How people are sent there to sign in; null: nobody is.</summary>
    [Id(27)] public ProviderLoginDefinition? Login { get; init; }
}

/// <summary>Lets some subjects of a provider be a client of the tenant.</summary>
[GenerateSerializer, Immutable, Alias("sluice.GrantDefinition")]
public sealed record GrantDefinition
{
    /// <summary>The client's name in the tenant.</summary>
    [Id(0)] public required string Client { get; init; }

    /// <summary>The claim that is looked at.</summary>
    [Id(3)] public string Claim { get; init; } = "sub";

    /// <summary>What it must be, or begin with when this ends in '*'; 1 to 512 characters.</summary>
    [Id(6)] public string Pattern { get; init; } = "*";

    /// <summary>The most that they get; empty: all that the client may.</summary>
    [Id(9)] public string Scope { get; init; } = "";

    /// <summary>The roles that they have; at most 16.</summary>
    [Id(12)] public string[] Roles { get; init; } = [];
}

/// <summary>A provider's token that is presented.</summary>
[GenerateSerializer, Immutable, Alias("sluice.SubjectRequest")]
public sealed record SubjectRequest
{
    /// <summary>The client of the tenant that it is wanted for.</summary>
    [Id(0)] public required string ClientId { get; init; }

    /// <summary>The token; at most 8192 characters.</summary>
    [Id(3)] public required string Token { get; init; }

    /// <summary>What it is said to be.</summary>
    [Id(6)] public required SubjectKind Kind { get; init; }
}

/// <summary>What a token is said to be. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.SubjectKind")]
public enum SubjectKind
{
    /// <summary>Nothing. Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>Signed, and no access token.</summary>
    WebToken = 1,

    /// <summary>An ID token of OpenID Connect.</summary>
    IdToken = 2,

    /// <summary>An access token as RFC 9068 has it.</summary>
    AccessToken = 3,
}

/// <summary>How a provider's token was judged. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.SubjectOutcome")]
public enum SubjectOutcome
{
    /// <summary>No outcome. Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>It is good.</summary>
    Good = 1,

    /// <summary>It is not, or nothing is granted to whoever it stands for.</summary>
    Refused = 2,

    /// <summary>It cannot be judged now: the provider does not answer.</summary>
    Unavailable = 3,
}

/// <summary>What a provider's token is worth.</summary>
[GenerateSerializer, Immutable, Alias("sluice.SubjectReply")]
public sealed record SubjectReply
{
    /// <summary>How it was judged; all other members are empty where it is not good.</summary>
    [Id(0)] public required SubjectOutcome Outcome { get; init; }

    /// <summary>Who it is: the provider's name, '/', and the name there.</summary>
    [Id(3)] public string Subject { get; init; } = "";

    /// <summary>The most that is granted, written out.</summary>
    [Id(6)] public string Scope { get; init; } = "";

    /// <summary>The roles that are granted.</summary>
    [Id(9)] public string[] Roles { get; init; } = [];

    /// <summary>When it ends, in seconds since 1970.</summary>
    [Id(12)] public long ExpiresAt { get; init; }

    /// <summary>When whoever it is showed that it is them, in seconds since 1970; null: it is not known.</summary>
    [Id(15)] public long? AuthTime { get; init; }

    /// <summary>The provider that said it; empty where it was said by a token that somebody brought.</summary>
    [Id(18)] public string Provider { get; init; } = "";

    /// <summary>What the provider was like, and gave as this client; another text once that is changed.</summary>
    [Id(21)] public string Stamp { get; init; } = "";
}
