namespace Sluice.Rules.Tokens;

/// <summary>
/// What a client signs to show who it is, in place of a secret (RFC 7523, section 3; OpenID Connect Core, section 9).
/// </summary>
/// <param name="ClientId">Who signed it: <c>iss</c> and <c>sub</c>, which are the same.</param>
/// <param name="AssertionId">Its own name, which is good once: <c>jti</c>.</param>
/// <param name="ExpiresAt">Seconds since 1970.</param>
public sealed record ClientAssertion(string ClientId, string AssertionId, long ExpiresAt)
{
    /// <summary>None is good for longer, so that nobody has to remember for long which were used.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromMinutes(5);

    /// <summary>Most characters of its name.</summary>
    public const int IdLengthMax = 256;

    /// <summary>What says in a request that there is one.</summary>
    public const string FormType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    // "JWT" is what libraries write; the other one is the name that the revision of RFC 7523 gives it.
    private static readonly string[] Types = ["JWT", "client-authentication+jwt"];

    /// <summary>
    /// Whom an assertion says it is of, which nobody has judged yet: it tells whom to ask. Null when it says nothing
    /// that a client of ours could be.
    /// </summary>
    public static string? ClaimedClient(string text)
    {
        if (CompactToken.TryParse(text, out var parsed) is not TokenFault.None)
        {
            return null;
        }

        using var claims = StrictJson.TryParseObject(parsed!.Payload);
        return claims?.RootElement.TextOf("sub") is { } client && Names.IsClientId(client) ? client : null;
    }

    /// <summary>Reads an assertion and judges it by itself. Whether it was used before is not asked here.</summary>
    /// <param name="text">As it was sent.</param>
    /// <param name="clientId">Whose it must be.</param>
    /// <param name="issuer">Whom it must be for: our issuer, letter by letter, and nobody else.</param>
    /// <param name="keys">The keys that the client has registered.</param>
    /// <param name="now">When.</param>
    /// <param name="assertion">What it says; null when it is refused.</param>
    public static TokenFault TryRead(
        string text, string clientId, string issuer, PublicKeySet keys, DateTimeOffset now,
        out ClientAssertion? assertion)
    {
        assertion = null;
        var fault = CompactToken.TryParse(text, out var parsed);
        if (fault is not TokenFault.None)
        {
            return fault;
        }

        // An access token or a proof of possession, signed by the same client, is no assertion.
        if (parsed!.Type is { } type && !Types.Contains(type, StringComparer.OrdinalIgnoreCase))
        {
            return TokenFault.WrongType;
        }

        if (keys.FindFor(parsed) is not { } key)
        {
            return TokenFault.UnknownKey;
        }

        if (key.Algorithm != parsed.Algorithm)
        {
            return TokenFault.WrongAlgorithm;
        }

        return !parsed.IsSignedBy(key)
            ? TokenFault.BadSignature
            : Judge(parsed, clientId, issuer, now, out assertion);
    }

    private static TokenFault Judge(
        CompactToken parsed, string clientId, string issuer, DateTimeOffset now, out ClientAssertion? assertion)
    {
        assertion = null;
        using var document = StrictJson.TryParseObject(parsed.Payload);
        if (document is null)
        {
            return TokenFault.Malformed;
        }

        var claims = document.RootElement;
        if (claims.TextOf("iss") != clientId || claims.TextOf("sub") != clientId)
        {
            return TokenFault.WrongIssuer;
        }

        // The address of an endpoint is not enough, and nobody else may be named beside us: an assertion that another
        // server was sent, or has made a client sign, must be worth nothing here.
        if (!claims.TryGetProperty("aud", out var audience)
            || (audience.TextOf() ?? (audience.TextsOf() is [var only] ? only : null)) != issuer)
        {
            return TokenFault.WrongAudience;
        }

        if (claims.TextOf("jti") is not { Length: > 0 and <= IdLengthMax } id
            || claims.SecondsOf("exp") is not { } expiresAt
            || !claims.MayHaveSeconds("iat", out var issuedAt)
            || !claims.MayHaveSeconds("nbf", out var notBefore))
        {
            return TokenFault.BadClaims;
        }

        if (now >= DateTimeOffset.FromUnixTimeSeconds(expiresAt) + AccessToken.ClockSkew)
        {
            return TokenFault.Expired;
        }

        var latest = (now + AccessToken.ClockSkew).ToUnixTimeSeconds();
        if (issuedAt > latest || notBefore > latest)
        {
            return TokenFault.NotYetValid;
        }

        if (expiresAt > latest + (long)LifetimeMax.TotalSeconds
            || expiresAt - issuedAt > (long)LifetimeMax.TotalSeconds)
        {
            return TokenFault.TooLongLived;
        }

        assertion = new ClientAssertion(clientId, id, expiresAt);
        return TokenFault.None;
    }
}
