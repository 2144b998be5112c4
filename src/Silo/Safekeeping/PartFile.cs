using System.IO.Compression;
using System.Security.Cryptography;

namespace Sluice.Silo.Safekeeping;

/// <summary>One part of a backup on a disk: compressed, sealed, and with a digest of what lies there.</summary>
internal static class PartFile
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Writes a part, durably.</summary>
    /// <param name="path">A new file.</param>
    /// <param name="key">The key of the part.</param>
    /// <param name="write">Writes the rows and answers how many.</param>
    /// <returns>Rows, bytes and digest.</returns>
    public static async Task<(long Rows, long Bytes, string Digest)> WriteAsync(
        string path, byte[] key, Func<Stream, Task<long>> write)
    {
        await using var file = OwnedFile.Create(path);
        using var digest = SHA256.Create();
        long rows;
        await using (var digested = new CryptoStream(file, digest, CryptoStreamMode.Write, leaveOpen: true))
        await using (var sealing = new SealingStream(digested, key))
        await using (var compressed = new GZipStream(sealing, CompressionLevel.Fastest))
        {
            rows = await write(compressed);
        }

        file.Flush(flushToDisk: true);
        return (rows, file.Length, Convert.ToHexStringLower(digest.Hash!));
    }

    /// <summary>Reads a part to its end.</summary>
    /// <exception cref="BackupException">It was changed, or is not whole.</exception>
    public static async Task ReadAsync(string path, byte[] key, Func<Stream, Task> read)
    {
        try
        {
            await using var file = Open(path);
            await using var opening = new OpeningStream(file, key, $"'{path}'");
            await using var rows = new GZipStream(opening, CompressionMode.Decompress);
            await read(rows);
            await opening.CopyToAsync(Stream.Null); // That nothing is missing shows at the end.
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new BackupException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The digest of a file, from the disk.</summary>
    public static async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    /// <summary>Copies a file, durably.</summary>
    public static async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        await using var source = Open(from);
        await using var file = OwnedFile.Create(to);
        await source.CopyToAsync(file, cancellationToken);
        file.Flush(flushToDisk: true);
    }

    private static FileStream Open(string path) => new(
        path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
}
