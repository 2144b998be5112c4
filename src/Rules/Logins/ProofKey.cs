using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Logins;

/// <summary>
/// What shows that whoever redeems a code is who asked for it (RFC 7636): the hash of a secret goes ahead, the secret
/// comes with the code. Only S256: with <c>plain</c> whoever sees the request could redeem.
/// </summary>
public static class ProofKey
{
    /// <summary>The one method: <c>code_challenge_method</c>.</summary>
    public const string Method = "S256";

    private const int ChallengeLength = 43;
    private const int VerifierLengthMin = 43;
    private const int VerifierLengthMax = 128;

    private static readonly SearchValues<char> Unreserved = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>Whether a text can be the hash of a secret: 32 bytes in base 64 for URLs.</summary>
    public static bool IsChallenge(string text) =>
        text.Length == ChallengeLength && Base64UrlText.TryDecode(text) is not null;

    /// <summary>Whether a text can be a secret: 43 to 128 characters that stand for themselves in URLs.</summary>
    public static bool IsVerifier(string text) =>
        text.Length is >= VerifierLengthMin and <= VerifierLengthMax && !text.AsSpan().ContainsAnyExcept(Unreserved);

    /// <summary>The hash that goes ahead of a secret.</summary>
    public static string ChallengeOf(string verifier) =>
        Base64UrlText.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    /// <summary>Whether this is the secret. In constant time.</summary>
    public static bool Proves(string verifier, string challenge) =>
        IsVerifier(verifier) && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(ChallengeOf(verifier)), Encoding.ASCII.GetBytes(challenge));
}
