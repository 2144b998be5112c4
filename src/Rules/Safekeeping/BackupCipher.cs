using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Rules.Safekeeping;

/// <summary>
/// Parts of a backup at rest: AES-256-GCM in chunks, under a key that is made for this one part of this one backup.
/// A chunk's nonce is its number and whether it is the last one, so that none can be moved, repeated, left out or cut
/// off at the end without being noticed.
/// </summary>
public static class BackupCipher
{
    /// <summary>Names all of this in a manifest.</summary>
    public const string Algorithm = "A256GCM-chunked.1";

    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of every chunk but the last one, which has 0 to this many.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>By so much a sealed chunk is longer.</summary>
    public const int TagBytes = 16;

    private const int NonceBytes = 12;

    /// <summary>The key of a part.</summary>
    /// <param name="backupKey">The key of the backup; <see cref="KeyBytes"/> random bytes.</param>
    /// <param name="part">The name of the part; one is sealed once under one key.</param>
    public static byte[] KeyOf(ReadOnlySpan<byte> backupKey, string part)
    {
        var key = new byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, backupKey, key, [], Encoding.UTF8.GetBytes($"sluice|backup|{part}"));
        return key;
    }

    /// <summary>What shows that a text was written by whoever had the key of the backup: HMAC-SHA256.</summary>
    public static byte[] MacOf(ReadOnlySpan<byte> backupKey, ReadOnlySpan<byte> text) =>
        HMACSHA256.HashData(KeyOf(backupKey, "/manifest"), text);

    /// <summary>Seals a chunk.</summary>
    /// <param name="key">Of the part, see <see cref="KeyOf"/>.</param>
    /// <param name="number">0 for the first chunk.</param>
    /// <param name="isLast">Whether none follows.</param>
    /// <param name="plain">At most <see cref="ChunkBytes"/>.</param>
    /// <param name="to">Gets <see cref="TagBytes"/> more than that.</param>
    public static void Seal(AesGcm key, long number, bool isLast, ReadOnlySpan<byte> plain, Span<byte> to)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, number, isLast);
        key.Encrypt(nonce, plain, to[..plain.Length], to.Slice(plain.Length, TagBytes));
    }

    /// <summary>Opens a chunk; false when it is another one than was sealed with this number, or was changed.</summary>
    /// <inheritdoc cref="Seal"/>
    public static bool TryOpen(AesGcm key, long number, bool isLast, ReadOnlySpan<byte> sealedChunk, Span<byte> to)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, number, isLast);
        try
        {
            key.Decrypt(nonce, sealedChunk[..^TagBytes], sealedChunk[^TagBytes..], to);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false; // The only thing that it tells apart.
        }
    }

    private static void WriteNonce(Span<byte> nonce, long number, bool isLast)
    {
        nonce.Clear();
        nonce[0] = isLast ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], number);
    }
}
