using System.Text.Json;

namespace Sluice.Rules.Tokens;

/// <summary>How access tokens are written, and when one is good (RFC 9068, with RFC 8725's list of attacks).</summary>
public static class AccessTokenRules
{
    private const int TextLengthMax = 512;

    /// <summary>Writes and signs a token.</summary>
    public static string Sign(AccessToken token, PrivateKey key) => CompactToken.Sign(
        AccessToken.Type,
        JsonText.Write(json =>
        {
            json.WriteString("iss", token.Issuer);
            json.WriteString("sub", token.ClientId);
            json.WriteString("client_id", token.ClientId);
            json.WriteString("aud", token.Audience);
            json.WriteNumber("iat", token.IssuedAt);
            json.WriteNumber("exp", token.ExpiresAt);
            json.WriteString("jti", token.TokenId);
            json.WriteString("scope", token.Scope.Text);
            json.WriteString("tenant", token.Tenant);
            json.WriteNumber("key_version", token.KeyVersion);
            TokenRoles.Write(json, token);
        }),
        key);

    /// <summary>Reads a token and judges it by itself. Whether it was called back since is not asked here.</summary>
    public static TokenFault TryRead(string text, TokenExpectation expected, DateTimeOffset now, out AccessToken? token)
    {
        token = null;
        var fault = CompactToken.TryParse(text, out var parsed);
        if (fault is not TokenFault.None)
        {
            return fault;
        }

        // Cheap refusals first; nothing is believed before the signature was found right.
        if (!IsAccessToken(parsed!.Type))
        {
            return TokenFault.WrongType;
        }

        if (expected.Keys.Find(parsed.KeyId) is not { } key)
        {
            return TokenFault.UnknownKey;
        }

        if (key.Algorithm != parsed.Algorithm)
        {
            return TokenFault.WrongAlgorithm;
        }

        return !parsed.IsSignedBy(key) ? TokenFault.BadSignature : Judge(parsed, key, expected, now, out token);
    }

    /// <summary>Whether a token that was good is still good by its time alone.</summary>
    public static bool IsInTime(AccessToken token, DateTimeOffset now) =>
        now < DateTimeOffset.FromUnixTimeSeconds(token.ExpiresAt) + AccessToken.ClockSkew;

    private static TokenFault Judge(
        CompactToken parsed, PublicKey key, TokenExpectation expected, DateTimeOffset now, out AccessToken? token)
    {
        token = null;
        using var document = StrictJson.TryParseObject(parsed.Payload);
        if (document is null)
        {
            return TokenFault.Malformed;
        }

        var claims = document.RootElement;
        if (claims.TextOf("iss") != expected.Issuer)
        {
            return TokenFault.WrongIssuer;
        }

        if (!IsFor(claims, expected.Audience))
        {
            return TokenFault.WrongAudience;
        }

        if (claims.TryGetProperty("cnf", out _))
        {
            return TokenFault.SenderConstrained;
        }

        if (Read(claims, expected, key.KeyId) is not { } read)
        {
            return TokenFault.BadClaims;
        }

        var latest = (now + AccessToken.ClockSkew).ToUnixTimeSeconds();
        if (!IsInTime(read, now))
        {
            return TokenFault.Expired;
        }

        if (read.IssuedAt > latest || claims.SecondsOf("nbf") > latest)
        {
            return TokenFault.NotYetValid;
        }

        if (read.ExpiresAt - read.IssuedAt > (long)AccessToken.LifetimeMax.TotalSeconds)
        {
            return TokenFault.TooLongLived;
        }

        token = read;
        return TokenFault.None;
    }

    /// <summary>Null when a claim is missing, or is not what it must be.</summary>
    private static AccessToken? Read(JsonElement claims, TokenExpectation expected, string keyId)
    {
        if ((claims.TryGetProperty("nbf", out _) && claims.SecondsOf("nbf") is null)
            || !TokenRoles.TryRead(claims, out var roles, out var authTime))
        {
            return null;
        }

        return claims.TextOf("client_id") is { } clientId
            && Names.IsClientId(clientId)
            && claims.TextOf("sub") == clientId
            && claims.TextOf("jti") is { Length: > 0 and <= TextLengthMax } tokenId
            && claims.TextOf("tenant") is { } tenant
            && Names.IsName(tenant)
            && claims.SecondsOf("iat") is { } issuedAt
            && claims.SecondsOf("exp") is { } expiresAt
            && expiresAt >= issuedAt
            && claims.SecondsOf("key_version") is > 0 and <= Keys.KeyText.VersionMax and { } version
            && claims.TextOf("scope") is { Length: > 0 } scopeText
            && TokenScope.TryParse(scopeText) is { } scope
                ? new AccessToken
                {
                    Issuer = expected.Issuer,
                    Audience = expected.Audience,
                    ClientId = clientId,
                    TokenId = tokenId,
                    IssuedAt = issuedAt,
                    ExpiresAt = expiresAt,
                    KeyVersion = (int)version,
                    Tenant = tenant,
                    Scope = scope,
                    Roles = roles,
                    AuthTime = authTime,
                    SignedBy = keyId,
                }
                : null;
    }

    /// <summary>RFC 9068 allows the long form too; RFC 7515 says that case does not count in either.</summary>
    private static bool IsAccessToken(string? type) =>
        string.Equals(type, AccessToken.Type, StringComparison.OrdinalIgnoreCase)
        || string.Equals(type, "application/" + AccessToken.Type, StringComparison.OrdinalIgnoreCase);

    private static bool IsFor(JsonElement claims, string audience) =>
        claims.TryGetProperty("aud", out var value)
        && (value.TextOf() == audience || value.TextsOf()?.Contains(audience, StringComparer.Ordinal) is true);
}
