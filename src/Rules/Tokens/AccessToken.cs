using System.Collections.Immutable;

namespace Sluice.Rules.Tokens;

/// <summary>What an access token says (RFC 9068). Times are whole seconds since 1970.</summary>
public sealed record AccessToken
{
    /// <summary>No token is good for longer than this: what cannot be called back everywhere must end soon.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromMinutes(15);

    /// <summary>Clocks of those who sign and those who judge differ by this at most.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);

    /// <summary>What the header says of its type.</summary>
    public const string Type = "at+jwt";

    /// <summary>Who issued it: <c>iss</c>.</summary>
    public required string Issuer { get; init; }

    /// <summary>Whom it is for: <c>aud</c>. One, in every token of ours.</summary>
    public required string Audience { get; init; }

    /// <summary>The client that it stands for: <c>client_id</c>.</summary>
    public required string ClientId { get; init; }

    /// <summary>
    /// Who it is that calls as that client, where an identity provider knows it: the provider's name, '/', and the name
    /// there. Null: the client itself.
    /// </summary>
    public string? ForeignSubject { get; init; }

    /// <summary>Who calls: <c>sub</c>.</summary>
    public string Subject => ForeignSubject ?? ClientId;

    /// <summary>Its own name: <c>jti</c>.</summary>
    public required string TokenId { get; init; }

    /// <summary><c>iat</c>.</summary>
    public required long IssuedAt { get; init; }

    /// <summary><c>exp</c>; it is refused from then on.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>
    /// The version of the client's key that it was issued for: <c>key_version</c>. 0: for none, as
    /// <see cref="SignIn"/> says.
    /// </summary>
    public required int KeyVersion { get; init; }

    /// <summary>How whoever it was issued to was known.</summary>
    public TokenSignIn SignIn { get; init; } = TokenSignIn.Key;

    public required string Tenant { get; init; }

    /// <summary>What it may be used for: <c>scope</c>.</summary>
    public required TokenScope Scope { get; init; }

    /// <summary>The roles of whoever calls, where a provider knows it: <c>roles</c>.</summary>
    public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>
    /// Whether it says what whoever calls may do, be it nothing; if not, it stands for its client alone.
    /// </summary>
    public bool SaysRoles => !Roles.IsEmpty || SignIn is TokenSignIn.Provider;

    /// <summary>
    /// When whoever calls showed that it is them, in seconds since 1970: <c>auth_time</c>. Null: it is not known.
    /// </summary>
    public long? AuthTime { get; init; }

    /// <summary>The key that signed it; empty before it is signed.</summary>
    public string SignedBy { get; init; } = "";
}

/// <summary>How whoever a token was issued to was known.</summary>
public enum TokenSignIn
{
    /// <summary>By one of the client's keys, of which the token names the version.</summary>
    Key,

    /// <summary>By a signature of the client's own: <c>"sign_in":"assertion"</c>.</summary>
    Assertion,

    /// <summary>By a token of an identity provider that the tenant trusts: <c>"sign_in":"provider"</c>.</summary>
    Provider,
}

/// <summary>What a token is judged by.</summary>
/// <param name="Issuer">Who must have issued it, letter by letter.</param>
/// <param name="Audience">Whom it must be for.</param>
/// <param name="Keys">The issuer's keys.</param>
public sealed record TokenExpectation(string Issuer, string Audience, PublicKeySet Keys);

/// <summary>
/// What a token may be used for: all models of its client, or some. It only ever takes away from what the client may.
/// </summary>
/// <param name="Models">Patterns of models; empty is all.</param>
public sealed record TokenScope(ImmutableArray<string> Models)
{
    /// <summary>Every model that the client may use.</summary>
    public static readonly TokenScope All = new([]);

    /// <summary>Most patterns of a token.</summary>
    public const int ModelsMax = 32;

    private const string AllText = "models";
    private const string OneText = "model:";

    /// <summary>
    /// Reads a scope: <c>models</c>, or <c>model:NAME</c> once or several times, where a name may end in '*'. Null for
    /// any other word, and for too many.
    /// </summary>
    public static TokenScope? TryParse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return All;
        }

        var models = new SortedSet<string>(StringComparer.Ordinal);
        var isAll = false;
        foreach (var word in text.Split(' '))
        {
            if (word == AllText)
            {
                isAll = true;
            }
            else if (word.StartsWith(OneText, StringComparison.Ordinal)
                && Policies.ModelAccess.IsPattern(word[OneText.Length..])
                && word.All(IsScopeCharacter))
            {
                models.Add(word[OneText.Length..]);
            }
            else
            {
                return null;
            }
        }

        return isAll ? All : models.Count <= ModelsMax ? new TokenScope([.. models]) : null;
    }

    /// <summary>As a token says it; <see cref="TryParse"/> reads it back.</summary>
    public string Text => Models.IsEmpty ? AllText : string.Join(' ', Models.Select(model => OneText + model));

    /// <summary>Whether it leaves this model to its client.</summary>
    public bool Allows(string model) =>
        Models.IsEmpty || new Policies.ModelAccess(Models, []).Of(model) is Policies.ModelAnswer.Usable;

    /// <summary>Whether every model that this one allows is allowed by the other.</summary>
    public bool IsWithin(TokenScope other) =>
        other.Models.IsEmpty
        || (!Models.IsEmpty && Models.All(own => other.Models.Any(wider => Covers(wider, own))));

    public bool Equals(TokenScope? other) => other is not null && Models.SequenceEqual(other.Models);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static bool Covers(string wider, string own) => wider.EndsWith('*')
        ? own.StartsWith(wider[..^1], StringComparison.Ordinal)
        : own == wider;

    // RFC 6749, appendix A.4.
    private static bool IsScopeCharacter(char character) =>
        character is '!' or (>= '#' and <= '[') or (>= ']' and <= '~');
}
