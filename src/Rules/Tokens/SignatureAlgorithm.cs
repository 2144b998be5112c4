namespace Sluice.Rules.Tokens;

/// <summary>
/// How tokens are signed. A key has one algorithm for life: what a token says of its algorithm is compared with its
/// key's, and never chooses. Values are stored and wire: they are only ever added to.
/// </summary>
public enum SignatureAlgorithm
{
    /// <summary>No algorithm. Never stored: a zero is a mistake.</summary>
    None = 0,

    /// <summary>ECDSA on P-256 with SHA-256; the two numbers side by side, 64 bytes.</summary>
    Es256 = 1,

    /// <summary>RSA with PKCS #1 v1.5 padding and SHA-256, 2048 bits or more.</summary>
    Rs256 = 2,
}

/// <summary>The names of algorithms, as RFC 7518 writes them. Case counts.</summary>
public static class SignatureAlgorithms
{
    public static string NameOf(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.Es256 => "ES256",
        SignatureAlgorithm.Rs256 => "RS256",
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "It has no name."),
    };

    /// <summary><see cref="SignatureAlgorithm.None"/> for every name but ours, <c>none</c> included.</summary>
    public static SignatureAlgorithm Of(string? name) => name switch
    {
        "ES256" => SignatureAlgorithm.Es256,
        "RS256" => SignatureAlgorithm.Rs256,
        _ => SignatureAlgorithm.None,
    };
}
