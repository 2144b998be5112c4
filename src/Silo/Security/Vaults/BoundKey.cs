using System.Security.Cryptography;
using System.Text;

namespace Sluice.Silo.Security.Vaults;

/// <summary>
/// A data key with the place it is for, as a vault wraps it: a vault knows no place, and a row's key that somebody
/// copies into another row must not open there.
/// </summary>
internal static class BoundKey
{
    /// <summary>Bytes of both.</summary>
    public const int Length = SHA256.HashSizeInBytes + 32;

    /// <summary>SHA-256 of the place, then the key.</summary>
    public static byte[] Bind(string place, ReadOnlySpan<byte> key) => [.. DigestOf(place), .. key];

    /// <summary>The key; null when it is for another place, or is none.</summary>
    public static byte[]? Unbind(string place, ReadOnlySpan<byte> bound) =>
        bound.Length == Length
        && CryptographicOperations.FixedTimeEquals(bound[..SHA256.HashSizeInBytes], DigestOf(place))
            ? bound[SHA256.HashSizeInBytes..].ToArray()
            : null;

    /// <summary>A name for a master key that tells nothing but that it is the same one.</summary>
    public static string IdOf(string head, string what) =>
        $"{head}-{Convert.ToHexStringLower(DigestOf(what).AsSpan(0, 8))}";

    private static byte[] DigestOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
