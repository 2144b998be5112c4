using System.Security.Cryptography;
using System.Text;
using Sluice.Rules.Keys;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Logins;

/// <summary>
/// A code as a program gets it, by way of the person's browser: <c>slc_</c> and 256 random bits in base 62. Only its
/// digest goes anywhere but to the program, and only that is kept.
/// </summary>
public static class AuthorizationCode
{
    public const string Prefix = "slc_";

    /// <summary>Bytes that a code is made of.</summary>
    public const int Bytes = 32;

    /// <summary>What secret scanners look for.</summary>
    public const string Pattern = "slc_[0-9A-Za-z]{43}";

    private const int BodyLength = 43;

    /// <summary>The code of these random bytes.</summary>
    public static string Format(ReadOnlySpan<byte> random) => Prefix + Base62.Encode(random, BodyLength);

    /// <summary>SHA-256 of a code, in base 64; null for what cannot be one.</summary>
    public static string? DigestOf(string code) =>
        code.Length == Prefix.Length + BodyLength
        && code.StartsWith(Prefix, StringComparison.Ordinal)
        && Base62.IsBase62(code.AsSpan(Prefix.Length))
            ? Base64UrlText.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(code)))
            : null;
}
