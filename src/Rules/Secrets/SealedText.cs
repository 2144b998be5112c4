using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Rules.Secrets;

/// <summary>
/// A secret at rest: <c>s1.A256GCM.KEY.DATA</c>. It names its layout, its algorithm and its key, so that each can be
/// replaced while older texts still open. DATA is base64url without padding of nonce (12 bytes), ciphertext and tag
/// (16 bytes), as NIST SP 800-38D has them.
/// </summary>
/// <remarks>
/// The place a secret belongs to is authenticated with it: a row's secret that somebody copies into another row does
/// not open there.
/// </remarks>
public static class SealedText
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of a nonce. Drawn by chance, one key is good for 2³² of them (SP 800-38D, section 8.3).</summary>
    public const int NonceBytes = 12;

    /// <summary>Most bytes of a secret; more than any key of any kind has.</summary>
    public const int PlainMax = 64 * 1024;

    /// <summary>AES-256-GCM, as RFC 7518 names it.</summary>
    public const string Algorithm = "A256GCM";

    private const int TagBytes = 16;
    private const string Head = $"s1.{Algorithm}.";

    /// <summary>Whether a text can name a key: 1 to 64 of a-z, 0-9 and '-'.</summary>
    public static bool IsKeyId(string? text) =>
        text is { Length: >= 1 and <= 64 }
        && text.All(one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one == '-');

    /// <summary>Seals a secret.</summary>
    /// <param name="keyId">Names the key.</param>
    /// <param name="key"><see cref="KeyBytes"/> bytes.</param>
    /// <param name="nonce"><see cref="NonceBytes"/> random bytes that this key has never seen.</param>
    /// <param name="place">Where the secret belongs: the same is needed to open it. No secret itself.</param>
    /// <param name="plain">The secret; at most <see cref="PlainMax"/> bytes.</param>
    /// <exception cref="ArgumentException">An argument is none of that.</exception>
    public static string Seal(
        string keyId, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, string place, ReadOnlySpan<byte> plain)
    {
        if (!IsKeyId(keyId) || nonce.Length != NonceBytes || plain.Length > PlainMax)
        {
            throw new ArgumentException("The key's name, the nonce or the secret is not as it must be.");
        }

        var data = new byte[NonceBytes + plain.Length + TagBytes];
        nonce.CopyTo(data);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(
            nonce, plain, data.AsSpan(NonceBytes, plain.Length), data.AsSpan(^TagBytes..), Bound(keyId, place));
        return $"{Head}{keyId}.{Base64Url.EncodeToString(data)}";
    }

    /// <summary>The name of the key that opens a text; null when it is no sealed text.</summary>
    public static string? KeyIdOf(string text) => Parse(text)?.KeyId;

    /// <summary>Opens a secret; null when it was sealed with another key, for another place, or was changed.</summary>
    /// <param name="text">What <see cref="Seal"/> made.</param>
    /// <param name="key">The key that <see cref="KeyIdOf"/> names.</param>
    /// <param name="place">Where it was found.</param>
    public static byte[]? Open(string text, ReadOnlySpan<byte> key, string place)
    {
        if (Parse(text) is not { } parsed)
        {
            return null;
        }

        var data = parsed.Data.AsSpan();
        var plain = new byte[data.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        try
        {
            cipher.Decrypt(
                data[..NonceBytes], data[NonceBytes..^TagBytes], data[^TagBytes..], plain,
                Bound(parsed.KeyId, place));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null; // The only thing that it tells apart from a secret.
        }
    }

    private static (string KeyId, byte[] Data)? Parse(string text)
    {
        if (!text.StartsWith(Head, StringComparison.Ordinal)
            || text.IndexOf('.', Head.Length) is not (> 0 and var dot)
            || text.Length - dot > Base64Url.GetEncodedLength(NonceBytes + PlainMax + TagBytes) + 1)
        {
            return null;
        }

        var keyId = text[Head.Length..dot];
        var encoded = text.AsSpan(dot + 1);
        if (!IsKeyId(keyId) || !Base64Url.IsValid(encoded, out var length) || length < NonceBytes + TagBytes)
        {
            return null;
        }

        var data = Base64Url.DecodeFromChars(encoded);

        // One text for one secret: padding, spaces and stray bits, which decoding forgives, are refused.
        return encoded.SequenceEqual(Base64Url.EncodeToString(data)) ? (keyId, data) : null;
    }

    /// <summary>No dot stands in what is before the place, so that two pairs never give the same bytes.</summary>
    private static byte[] Bound(string keyId, string place) => Encoding.UTF8.GetBytes($"{Head}{keyId}.{place}");
}
