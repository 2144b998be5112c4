using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sluice.Rules.Tokens;

/// <summary>
/// A key that tokens are judged by, with the one algorithm that it is for. Nothing of it is secret.
/// </summary>
public sealed class PublicKey
{
    /// <summary>Smallest modulus of RSA in bits; NIST SP 800-131A.</summary>
    public const int ModulusBitsMin = 2048;

    /// <summary>Largest, so that nobody makes judging expensive.</summary>
    public const int ModulusBitsMax = 4096;

    private const int CoordinateBytes = 32;
    private const string Curve = "P-256";

    // Of P-256: x and y. Of RSA: modulus and exponent. Big-endian.
    private readonly byte[] _first;
    private readonly byte[] _second;

    private PublicKey(SignatureAlgorithm algorithm, byte[] first, byte[] second, string? keyId = null)
    {
        (Algorithm, _first, _second) = (algorithm, first, second);
        Thumbprint = Base64UrlText.Encode(SHA256.HashData(JsonText.Write(WriteRequired)));
        KeyId = keyId ?? Thumbprint;
    }

    public SignatureAlgorithm Algorithm { get; }

    /// <summary>Its name: the one it was given, or else its thumbprint.</summary>
    public string KeyId { get; }

    /// <summary>SHA-256 over its required members (RFC 7638), in base 64: the same for whoever computes it.</summary>
    public string Thumbprint { get; }

    /// <summary>A point on P-256; null when it is not on the curve.</summary>
    public static PublicKey? OfCurve(byte[] x, byte[] y, string? keyId = null) =>
        x.Length == CoordinateBytes && y.Length == CoordinateBytes && NistP256.IsOnCurve(x, y)
            ? new PublicKey(SignatureAlgorithm.Es256, x, y, keyId)
            : null;

    /// <summary>
    /// A modulus and an exponent, as short as they can be; null when either is out of bounds, or the modulus was made
    /// by a generator whose keys are known to be found.
    /// </summary>
    public static PublicKey? OfRsa(byte[] modulus, byte[] exponent, string? keyId = null) =>
        RsaRules.IsAcceptable(modulus, exponent)
            ? new PublicKey(SignatureAlgorithm.Rs256, modulus, exponent, keyId)
            : null;

    /// <summary>
    /// Reads a JSON Web Key (RFC 7517). Null for what cannot judge a token here: another kind of key, another use, an
    /// algorithm that is not that of its kind, a member that is private or not in its one form.
    /// </summary>
    public static PublicKey? TryParse(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.TryParseObject(json);
        return document is null ? null : TryParse(document.RootElement);
    }

    internal static PublicKey? TryParse(JsonElement key)
    {
        if (key.ValueKind is not JsonValueKind.Object || HasPrivateMember(key) || !IsForJudging(key))
        {
            return null;
        }

        var keyId = key.TextOf("kid");
        if (keyId is null && key.TryGetProperty("kid", out _))
        {
            return null;
        }

        var read = key.TextOf("kty") switch
        {
            "EC" when key.TextOf("crv") == Curve => Both(key, "x", "y") is var (x, y) ? OfCurve(x, y, keyId) : null,
            "RSA" => Both(key, "n", "e") is var (n, e) ? OfRsa(n, e, keyId) : null,
            _ => null,
        };
        return read is null || !key.TryGetProperty("alg", out var algorithm)
            || SignatureAlgorithms.Of(algorithm.TextOf()) == read.Algorithm
                ? read
                : null;
    }

    /// <summary>Whether a signature is this key's. Of any length and content; never throws for either.</summary>
    public bool Verifies(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        if (Algorithm is SignatureAlgorithm.Es256)
        {
            // Any other length is another format, such as DER, or one with something added.
            if (signature.Length != 2 * CoordinateBytes)
            {
                return false;
            }

            using var ec = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = _first, Y = _second },
            });
            return ec.VerifyData(
                content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        if (signature.Length != _first.Length)
        {
            return false;
        }

        using var rsa = RSA.Create(new RSAParameters { Modulus = _first, Exponent = _second });
        return rsa.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>As a JSON Web Key: its public members, and no other.</summary>
    public string ToJson() => Encoding.UTF8.GetString(JsonText.Write(Write));

    internal void Write(Utf8JsonWriter json)
    {
        WriteRequired(json);
        json.WriteString("use", "sig");
        json.WriteString("alg", SignatureAlgorithms.NameOf(Algorithm));
        json.WriteString("kid", KeyId);
    }

    /// <summary>In the order of RFC 7638, which the thumbprint depends on.</summary>
    private void WriteRequired(Utf8JsonWriter json)
    {
        var (first, second) = (Base64UrlText.Encode(_first), Base64UrlText.Encode(_second));
        if (Algorithm is SignatureAlgorithm.Es256)
        {
            json.WriteString("crv", Curve);
            json.WriteString("kty", "EC");
            json.WriteString("x", first);
            json.WriteString("y", second);
        }
        else
        {
            json.WriteString("e", second);
            json.WriteString("kty", "RSA");
            json.WriteString("n", first);
        }
    }

    private static (byte[] First, byte[] Second)? Both(JsonElement key, string first, string second) =>
        Base64UrlText.TryDecode(key.TextOf(first)) is { Length: > 0 } a
        && Base64UrlText.TryDecode(key.TextOf(second)) is { Length: > 0 } b
            ? (a, b)
            : null;

    internal static bool HasPrivateMember(JsonElement key)
    {
        if (key.ValueKind is not JsonValueKind.Object)
        {
            return false;
        }

        foreach (var member in (string[])["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
        {
            if (key.TryGetProperty(member, out _))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsForJudging(JsonElement key) =>
        (!key.TryGetProperty("use", out var use) || use.TextOf() == "sig")
        && (!key.TryGetProperty("key_ops", out var operations) || operations.TextsOf()?.Contains("verify") is true);
}
