using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Federation;

/// <summary>What a provider's token is said to be.</summary>
public enum SubjectTokenKind
{
    /// <summary>Whatever is signed and no access token.</summary>
    WebToken,

    /// <summary>What OpenID Connect Core, section 2 calls so.</summary>
    IdToken,

    /// <summary>As RFC 9068 has it.</summary>
    AccessToken,
}

/// <summary>What was read of a provider's token that is good, for one client.</summary>
/// <param name="Subject">Who it is: the provider's name, '/', and the name there.</param>
/// <param name="ExpiresAt">Seconds since 1970: what is issued for it ends then at the latest.</param>
/// <param name="Scope">The most that is issued for it.</param>
/// <param name="Roles">The roles that its grants give.</param>
public sealed record SubjectToken(string Subject, long ExpiresAt, TokenScope Scope, ImmutableArray<string> Roles)
{
    /// <summary>When whoever it is showed that it is them, in seconds since 1970; null: it is not known.</summary>
    public long? AuthTime { get; init; }
}

/// <summary>
/// Whether a token of somebody else is good here (RFC 8693, 2.1; RFC 8725; OpenID Connect Core, 3.1.3.7).
/// </summary>
public static class SubjectTokenRules
{
    private const int SubjectLengthMax = 255;
    private const string AccessTokenType = "at+jwt";

    /// <summary>
    /// Which issuer and which key a token names, which nobody has judged yet: it tells whose keys are needed. Null for
    /// what is no token, or cannot be good for this provider whatever its keys are.
    /// </summary>
    public static CompactToken? TryClaim(string text, IdentityProvider provider, DateTimeOffset now)
    {
        if (provider.Login?.Kind is LoginKind.WeChatWork // Which issues no tokens that anybody could bring.
            || CompactToken.TryParse(text, out var parsed) is not TokenFault.None)
        {
            return null;
        }

        using var claims = StrictJson.TryParseObject(parsed!.Payload);
        return claims is not null
            && claims.RootElement.TextOf("iss") == provider.Issuer
            && IsFor(claims.RootElement, provider.Audience)
            && claims.RootElement.SecondsOf("exp") is { } expires
            && now < DateTimeOffset.FromUnixTimeSeconds(expires)
                ? parsed
                : null;
    }

    /// <summary>Reads a token and judges it for one client.</summary>
    /// <param name="text">As it was sent.</param>
    /// <param name="kind">What it is said to be.</param>
    /// <param name="provider">Who must have issued it.</param>
    /// <param name="keys">The provider's keys.</param>
    /// <param name="isClient">Whether a client of that name is the one that it is wanted for.</param>
    /// <param name="now">When.</param>
    /// <param name="token">What it is good for; null when it is refused.</param>
    public static TokenFault TryRead(
        string text, SubjectTokenKind kind, IdentityProvider provider, PublicKeySet keys, Func<string, bool> isClient,
        DateTimeOffset now, out SubjectToken? token)
    {
        token = null;
        var fault = CompactToken.TryParse(text, out var parsed);
        if (fault is not TokenFault.None)
        {
            return fault;
        }

        if (!IsOfKind(parsed!.Type, kind))
        {
            return TokenFault.WrongType;
        }

        if (!provider.Algorithms.Contains(parsed.Algorithm))
        {
            return TokenFault.WrongAlgorithm;
        }

        if (keys.FindFor(parsed) is not { } key)
        {
            return TokenFault.UnknownKey;
        }

        if (key.Algorithm != parsed.Algorithm)
        {
            return TokenFault.WrongAlgorithm;
        }

        if (!parsed.IsSignedBy(key))
        {
            return TokenFault.BadSignature;
        }

        using var document = StrictJson.TryParseObject(parsed.Payload);
        return document is null
            ? TokenFault.Malformed
            : Judge(document.RootElement, kind, provider, isClient, now, out token);
    }

    private static TokenFault Judge(
        JsonElement claims, SubjectTokenKind kind, IdentityProvider provider, Func<string, bool> isClient,
        DateTimeOffset now, out SubjectToken? token)
    {
        token = null;
        if (claims.TextOf("iss") != provider.Issuer)
        {
            return TokenFault.WrongIssuer;
        }

        // One that was made for several is good for the party that it was made to: otherwise any of the others could
        // bring it here.
        if (!IsFor(claims, provider.Audience)
            || (kind is SubjectTokenKind.IdToken && !IsMadeTo(claims, provider.Audience)))
        {
            return TokenFault.WrongAudience;
        }

        if (claims.TryGetProperty("cnf", out _))
        {
            return TokenFault.SenderConstrained;
        }

        if (claims.SecondsOf("exp") is not { } expiresAt
            || claims.SecondsOf("iat") is not { } issuedAt
            || !claims.MayHaveSeconds("nbf", out var notBefore)
            || !claims.MayHaveSeconds("auth_time", out var authTime)
            || claims.TextOf(provider.SubjectClaim) is not { } subject
            || !IsSubject(subject))
        {
            return TokenFault.BadClaims;
        }

        // By our clock alone: what is issued for it ends with it, so there would be nothing left.
        if (now >= DateTimeOffset.FromUnixTimeSeconds(expiresAt))
        {
            return TokenFault.Expired;
        }

        var latest = (now + AccessToken.ClockSkew).ToUnixTimeSeconds();
        if (issuedAt > latest || notBefore > latest || authTime > latest)
        {
            return TokenFault.NotYetValid;
        }

        if (now >= DateTimeOffset.FromUnixTimeSeconds(issuedAt) + provider.AgeMax + AccessToken.ClockSkew)
        {
            return TokenFault.Expired;
        }

        token = GrantedBy(claims, subject, provider, isClient);
        if (token is null)
        {
            return TokenFault.NotGranted;
        }

        token = token with { ExpiresAt = expiresAt, AuthTime = authTime };
        return TokenFault.None;
    }

    /// <summary>What all grants that match give together; null where none does.</summary>
    internal static SubjectToken? GrantedBy(
        JsonElement claims, string subject, IdentityProvider provider, Func<string, bool> isClient)
    {
        var grants = provider.Grants.Where(grant => isClient(grant.Client) && IsHeld(claims, grant)).ToArray();
        return grants.Length == 0
            ? null
            : new SubjectToken(
                $"{provider.Name}/{subject}", 0, UnionOf(grants),
                [
                    .. grants.SelectMany(grant => grant.Roles).Distinct(StringComparer.Ordinal)
                        .Order(StringComparer.Ordinal),
                ]);
    }

    /// <summary>Whether a text can say who somebody is.</summary>
    internal static bool IsSubject(string? subject) =>
        subject is { Length: > 0 and <= SubjectLengthMax } && !subject.Any(char.IsControl);

    private static bool IsOfKind(string? type, SubjectTokenKind kind)
    {
        var name = type?.StartsWith("application/", StringComparison.OrdinalIgnoreCase) is true ? type[12..] : type;
        return kind is SubjectTokenKind.AccessToken
            ? AccessTokenType.Equals(name, StringComparison.OrdinalIgnoreCase)
            : name is null || name.Equals("JWT", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsFor(JsonElement claims, string audience) =>
        claims.TryGetProperty("aud", out var value)
        && (value.TextOf() == audience || value.TextsOf()?.Contains(audience, StringComparer.Ordinal) is true);

    private static bool IsMadeTo(JsonElement claims, string audience) => claims.TryGetProperty("azp", out var party)
        ? party.TextOf() == audience
        : claims.GetProperty("aud") is var value
            && (value.ValueKind is not JsonValueKind.Array || value.GetArrayLength() == 1);

    private static bool IsHeld(JsonElement claims, SubjectGrant grant) =>
        claims.TryGetProperty(grant.Claim, out var value)
        && (value.TextOf() is { } text
            ? grant.Matches(text)
            : value.TextsOf()?.Any(grant.Matches) is true);

    private static TokenScope UnionOf(SubjectGrant[] grants) => grants.Any(grant => grant.Scope.Models.IsEmpty)
        ? TokenScope.All
        : new TokenScope(
            [
                .. grants.SelectMany(grant => grant.Scope.Models).Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ]);
}
