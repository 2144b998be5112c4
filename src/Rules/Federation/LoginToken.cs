using Sluice.Rules.Tokens;

namespace Sluice.Rules.Federation;

/// <summary>What an ID token must say beside what any must, since it is for one sign-in.</summary>
/// <param name="Nonce">What that sign-in was begun with.</param>
/// <param name="Age">How long ago it may have been, in seconds; null: it does not matter.</param>
public readonly record struct LoginExpectation(string Nonce, long? Age);

/// <summary>
/// Whether an ID token is that of a sign-in that we began (OpenID Connect Core, 3.1.3.7, points 11 and 13).
/// </summary>
public static class LoginTokenRules
{
    /// <summary>Reads a token and judges it for one client, as <see cref="SubjectTokenRules.TryRead"/> does.</summary>
    public static TokenFault TryRead(
        string text, LoginExpectation expected, IdentityProvider provider, PublicKeySet keys,
        Func<string, bool> isClient, DateTimeOffset now, out SubjectToken? token)
    {
        var fault = SubjectTokenRules.TryRead(
            text, SubjectTokenKind.IdToken, provider, keys, isClient, now, out token);
        if (token is null)
        {
            return fault;
        }

        fault = FaultIn(text, expected, token, now);
        token = fault is TokenFault.None ? token : null;
        return fault;
    }

    /// <summary>Whether a sign-in at that time is as fresh as is asked. One that nobody dates is not.</summary>
    public static bool IsFresh(long? authTime, long? age, DateTimeOffset now) =>
        age is not { } most
        || (authTime is { } at
            && now <= DateTimeOffset.FromUnixTimeSeconds(at).AddSeconds(most) + AccessToken.ClockSkew);

    private static TokenFault FaultIn(
        string text, LoginExpectation expected, SubjectToken token, DateTimeOffset now)
    {
        CompactToken.TryParse(text, out var parsed);
        using var claims = StrictJson.TryParseObject(parsed!.Payload);
        return claims!.RootElement.TextOf("nonce") != expected.Nonce ? TokenFault.WrongNonce
            : !IsFresh(token.AuthTime, expected.Age, now) ? TokenFault.StaleSignIn
            : TokenFault.None;
    }
}
