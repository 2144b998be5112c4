using System.Text;

namespace Sluice.Rules.Tokens;

/// <summary>
/// A signed text in three parts (RFC 7515, compact form), read and not yet believed. No other form is read.
/// </summary>
public sealed class CompactToken
{
    /// <summary>Most characters of a token.</summary>
    public const int LengthMax = 8192;

    private const int KeyIdLengthMax = 256;

    // With the first group whoever makes a token would choose the key that judges it, and with the second how it is
    // read. Other members that are not known change nothing about it, and RFC 7515 wants them passed over.
    private static readonly string[] Forbidden =
        ["jku", "x5u", "x5c", "jwk", "crit", "b64", "zip", "enc", "epk", "p2s", "p2c"];

    private CompactToken(string? type, SignatureAlgorithm algorithm, string? keyId, byte[] payload, byte[] content) =>
        (Type, Algorithm, KeyId, Payload, Content) = (type, algorithm, keyId, payload, content);

    /// <summary>What the header says that it is; null when it does not.</summary>
    public string? Type { get; }

    /// <summary>What the header says; never <see cref="SignatureAlgorithm.None"/>.</summary>
    public SignatureAlgorithm Algorithm { get; }

    /// <summary>The key that the header names; null when it names none.</summary>
    public string? KeyId { get; }

    /// <summary>What was signed, decoded.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The bytes that the signature is over.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    public ReadOnlyMemory<byte> Signature { get; private init; }

    /// <summary>Reads a token; never throws.</summary>
    public static TokenFault TryParse(string text, out CompactToken? token)
    {
        token = null;
        if (text.Length > LengthMax)
        {
            return TokenFault.TooLong;
        }

        var headerEnd = text.IndexOf('.');
        var payloadEnd = text.LastIndexOf('.');
        if (headerEnd <= 0
            || payloadEnd <= headerEnd
            || text.AsSpan(headerEnd + 1, payloadEnd - headerEnd - 1).Contains('.')
            || Base64UrlText.TryDecode(text.AsSpan(0, headerEnd)) is not { } header
            || Base64UrlText.TryDecode(text.AsSpan(headerEnd + 1, payloadEnd - headerEnd - 1)) is not { } payload
            || Base64UrlText.TryDecode(text.AsSpan(payloadEnd + 1)) is not { } signature)
        {
            return TokenFault.Malformed;
        }

        using var document = StrictJson.TryParseObject(header);
        if (document is null)
        {
            return TokenFault.Malformed;
        }

        var root = document.RootElement;
        foreach (var member in Forbidden)
        {
            if (root.TryGetProperty(member, out _))
            {
                return TokenFault.ForbiddenHeader;
            }
        }

        var algorithm = SignatureAlgorithms.Of(root.TextOf("alg"));
        if (algorithm is SignatureAlgorithm.None)
        {
            return TokenFault.WrongAlgorithm;
        }

        var (type, keyId) = (root.TextOf("typ"), root.TextOf("kid"));
        if ((type is null && root.TryGetProperty("typ", out _))
            || (keyId is null && root.TryGetProperty("kid", out _))
            || keyId is { Length: 0 or > KeyIdLengthMax })
        {
            return TokenFault.Malformed;
        }

        token = new CompactToken(type, algorithm, keyId, payload, Encoding.ASCII.GetBytes(text[..payloadEnd]))
        {
            Signature = signature,
        };
        return TokenFault.None;
    }

    /// <summary>Whether this key made it, by the one algorithm that the key has.</summary>
    public bool IsSignedBy(PublicKey key) =>
        key.Algorithm == Algorithm && key.Verifies(Content.Span, Signature.Span);

    /// <summary>Signs a payload.</summary>
    /// <param name="type">What it is, such as <c>at+jwt</c>.</param>
    /// <param name="payload">JSON.</param>
    /// <param name="key">The key; the header names it.</param>
    public static string Sign(string type, ReadOnlySpan<byte> payload, PrivateKey key)
    {
        var header = JsonText.Write(json =>
        {
            json.WriteString("alg", SignatureAlgorithms.NameOf(key.Algorithm));
            json.WriteString("typ", type);
            json.WriteString("kid", key.Public.KeyId);
        });
        var signed = $"{Base64UrlText.Encode(header)}.{Base64UrlText.Encode(payload)}";
        return $"{signed}.{Base64UrlText.Encode(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }
}
