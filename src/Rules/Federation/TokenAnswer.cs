using Sluice.Rules.Tokens;

namespace Sluice.Rules.Federation;

/// <summary>What is needed of a provider's answer to a code (RFC 6749, 5; OpenID Connect Core, 3.1.3.3).</summary>
/// <param name="IdToken">The ID token; null when there is none.</param>
/// <param name="IsWrongCode">True: the code is not good there, and nothing else is wrong.</param>
public readonly record struct TokenAnswer(string? IdToken, bool IsWrongCode)
{
    /// <summary>Reads an answer; of anything that is none nothing is known.</summary>
    public static TokenAnswer Read(int status, ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.TryParseObject(json);
        return document is null
            ? default
            : new TokenAnswer(
                status == 200 ? document.RootElement.TextOf("id_token") : null,
                status == 400 && document.RootElement.TextOf("error") == "invalid_grant");
    }
}
