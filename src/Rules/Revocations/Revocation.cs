using Sluice.Rules.Tokens;

namespace Sluice.Rules.Revocations;

/// <summary>What an entry of the feed ends. Values are stored and wire: they are only ever added to.</summary>
public enum RevocationKind
{
    /// <summary>No kind. Never stored: a zero is a mistake.</summary>
    None = 0,

    /// <summary>A key version, for good. Subject: the client's id. Number: the version.</summary>
    KeyVersion = 1,

    /// <summary>
    /// Every decision about a client by less than its change of this number. Subject: its id. It was suspended.
    /// </summary>
    Client = 2,

    /// <summary>The same of all clients of a tenant. Subject: the tenant. Number: its version.</summary>
    Tenant = 3,

    /// <summary>
    /// Tokens issued before a moment. Subject: the issuer. Number: whole seconds since 1970; what was issued in that
    /// second stays.
    /// </summary>
    Issuer = 4,

    /// <summary>One token, for good. Subject: its <c>jti</c>. Number: 0.</summary>
    Token = 5,

    /// <summary>
    /// What is remembered of a client by less than its change of this number; what it was answered stands.
    /// </summary>
    ClientPolicy = 6,

    /// <summary>The same of all clients of a tenant. Subject: the tenant. Number: its version.</summary>
    TenantPolicy = 7,

    /// <summary>The same of all clients of a plan. Subject: the plan. Number: its version.</summary>
    PlanPolicy = 8,

    /// <summary>Tokens of a client issued before a moment. Subject: its id. Number: seconds since 1970.</summary>
    ClientTokens = 10,

    /// <summary>Tokens of all clients of a tenant. Subject: the tenant. Number: seconds since 1970.</summary>
    TenantTokens = 13,
}

/// <summary>One entry of the feed.</summary>
/// <param name="Sequence">Its place: 1 or more, without gaps, in the order in which changes became durable.</param>
/// <param name="Kind">What it ends.</param>
/// <param name="Subject">Whose; see <see cref="RevocationKind"/>.</param>
/// <param name="Number">See <see cref="RevocationKind"/>; 0 or more.</param>
/// <param name="Lives">
/// For how long from now on there may be anything at an edge that it ends; it is forgotten after that.
/// </param>
public readonly record struct Revocation(
    long Sequence, RevocationKind Kind, string Subject, long Number, TimeSpan Lives)
{
    /// <summary>
    /// How long entries about what edges remember live. An edge remembers nothing longer than a minute, so this is
    /// ample; entries about tokens live as long as the tokens may.
    /// </summary>
    public static readonly TimeSpan MemoryLives = TimeSpan.FromMinutes(10);

    /// <summary>How long entries about tokens live: as long as any token that was issued before them is good.</summary>
    public static readonly TimeSpan TokensLive = AccessToken.LifetimeMax + 2 * AccessToken.ClockSkew;
}

/// <summary>By which changes something was decided that an edge remembers; 0 is below all changes.</summary>
/// <param name="ClientChange">Counts the changes of the client; 0: not known, and not compared.</param>
/// <param name="Tenant">The client's tenant.</param>
/// <param name="TenantVersion">Counts the changes of the tenant.</param>
/// <param name="Plan">The client's plan.</param>
/// <param name="PlanVersion">Counts the changes of the plan.</param>
public readonly record struct DecidedBy(
    long ClientChange, string Tenant, long TenantVersion, string Plan, long PlanVersion);

/// <summary>What a key, and a decision about it, is worth by the feed.</summary>
public enum Standing
{
    /// <summary>Nothing is known against it.</summary>
    Good,

    /// <summary>The key version is revoked, for good.</summary>
    KeyRevoked,

    /// <summary>It was decided before a change that ends it: whoever decides must be asked again.</summary>
    Outdated,

    /// <summary>The token was called back, or all that were issued when it was.</summary>
    TokenRevoked,
}
