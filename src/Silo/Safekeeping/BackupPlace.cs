using System.Security.Cryptography;
using Sluice.Rules.Safekeeping;

namespace Sluice.Silo.Safekeeping;

/// <summary>
/// A place that backups are kept at: a folder, each backup a folder in it. One that is not whole yet has another name,
/// so that a crash leaves nothing that could be taken for a backup.
/// </summary>
/// <param name="Folder">The folder.</param>
/// <param name="Medium">What it is on, as the operator says.</param>
/// <param name="IsOffSite">Whether it is elsewhere, as the operator says.</param>
internal sealed record BackupPlace(string Folder, string Medium, bool IsOffSite)
{
    private const string Unfinished = ".unfinished-";

    /// <summary>Whoever made it has crashed: a backup does not take so long.</summary>
    private static readonly TimeSpan UnfinishedMost = TimeSpan.FromDays(2);

    /// <summary>
    /// A place as it is written: <c>FOLDER</c>, then <c>,medium=NAME</c> and <c>,off-site</c> where they are so. Null
    /// when it is written in another way.
    /// </summary>
    public static BackupPlace? Parse(string text)
    {
        var parts = text.Split(',');
        var place = new BackupPlace(parts[0], "disk", IsOffSite: false);
        if (parts[0].Length == 0)
        {
            return null;
        }

        foreach (var part in parts[1..])
        {
            if (part == "off-site")
            {
                place = place with { IsOffSite = true };
            }
            else if (part.StartsWith("medium=", StringComparison.Ordinal) && part.Length > "medium=".Length)
            {
                place = place with { Medium = part["medium=".Length..] };
            }
            else
            {
                return null;
            }
        }

        return place;
    }

    public string FolderOf(string backup) => Path.Combine(Folder, backup);

    public string UnfinishedFolderOf(string backup) => Path.Combine(Folder, Unfinished + backup);

    /// <summary>Whole backups, newest first.</summary>
    public IReadOnlyList<BackupName> List() => !Directory.Exists(Folder)
        ? []
        :
        [
            .. Directory.EnumerateDirectories(Folder)
                .Where(folder => File.Exists(Path.Combine(folder, BackupManifest.FileName)))
                .Select(folder => BackupName.Parse(Path.GetFileName(folder)))
                .OfType<BackupName>()
                .OrderByDescending(name => name.ToString(), StringComparer.Ordinal),
        ];

    /// <summary>A folder for a backup that is not whole yet; and what crashed ones have left is taken away.</summary>
    public string Begin(string backup, DateTimeOffset now)
    {
        OwnedFile.MakeFolder(Folder);
        foreach (var left in Directory.EnumerateDirectories(Folder, Unfinished + "*"))
        {
            if (BackupName.Parse(Path.GetFileName(left)[Unfinished.Length..]) is { } name
                && now - name.TakenAt > UnfinishedMost)
            {
                Directory.Delete(left, recursive: true);
            }
        }

        var folder = UnfinishedFolderOf(backup);
        OwnedFile.MakeFolder(folder);
        return folder;
    }

    /// <summary>It is whole: from here on it is a backup.</summary>
    public void Finish(string backup) => Directory.Move(UnfinishedFolderOf(backup), FolderOf(backup));

    /// <summary>Takes a backup away: it is no backup any more before the first of its files goes.</summary>
    public void Delete(string backup)
    {
        Directory.Move(FolderOf(backup), UnfinishedFolderOf(backup));
        Directory.Delete(UnfinishedFolderOf(backup), recursive: true);
    }

    /// <summary>Copies the files of a whole backup here, and compares what lies here then.</summary>
    /// <exception cref="BackupException">What was written is not what is read.</exception>
    public async Task TakeAsync(BackupPlace from, BackupManifest manifest, CancellationToken cancellationToken)
    {
        var (source, folder) = (from.FolderOf(manifest.Backup), Begin(manifest.Backup, manifest.TakenAt));
        foreach (var file in FilesOf(manifest))
        {
            await PartFile.CopyAsync(Path.Combine(source, file), Path.Combine(folder, file), cancellationToken);
        }

        await CompareAsync(folder, manifest, cancellationToken);
        foreach (var file in (string[])[BackupManifest.FileName, BackupManifest.MacFileName])
        {
            if (await PartFile.DigestAsync(Path.Combine(source, file), cancellationToken)
                != await PartFile.DigestAsync(Path.Combine(folder, file), cancellationToken))
            {
                throw new BackupException($"'{Path.Combine(folder, file)}' is not what was written there.");
            }
        }

        Finish(manifest.Backup);
    }

    /// <summary>Compares the parts in a folder with what the manifest says of them.</summary>
    /// <exception cref="BackupException">One is missing, or is another.</exception>
    public static async Task CompareAsync(
        string folder, BackupManifest manifest, CancellationToken cancellationToken)
    {
        foreach (var part in manifest.Parts)
        {
            var path = Path.Combine(folder, part.File);
            if (!File.Exists(path))
            {
                throw new BackupException($"'{path}' is missing, and its manifest names it.");
            }

            if (await PartFile.DigestAsync(path, cancellationToken) != part.Digest)
            {
                throw new BackupException($"'{path}' is not what its manifest says: it was changed or is damaged.");
            }
        }
    }

    /// <summary>The manifest of a backup, unproved: whoever uses it looks at its MAC.</summary>
    public static async Task<(BackupManifest Manifest, byte[] Text, byte[] Mac)> ReadManifestAsync(
        string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, BackupManifest.FileName);
        try
        {
            var text = await File.ReadAllBytesAsync(path, cancellationToken);
            var mac = await File.ReadAllTextAsync(
                Path.Combine(folder, BackupManifest.MacFileName), cancellationToken);
            return (BackupManifest.Read(text, $"'{path}'"), text, Convert.FromHexString(mac.Trim()));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new BackupException(
                $"'{path}', or the MAC beside it, cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The key of a backup, once it is shown that the manifest is as it was written.</summary>
    /// <exception cref="BackupException">It is not.</exception>
    /// <exception cref="Security.MasterKeyException">The master key is another.</exception>
    public static async Task<(BackupManifest Manifest, byte[] Key)> OpenAsync(
        string folder, Security.MasterKeys masterKeys, CancellationToken cancellationToken)
    {
        var (manifest, text, mac) = await ReadManifestAsync(folder, cancellationToken);
        var key = await masterKeys.UnwrapAsync(manifest.KeyPlace, manifest.WrappedKey, cancellationToken);
        return CryptographicOperations.FixedTimeEquals(BackupCipher.MacOf(key, text), mac)
            && manifest.Parts.All(part => part.File == Path.GetFileName(part.File))
            ? (manifest, key)
            : throw new BackupException(
                $"'{Path.Combine(folder, BackupManifest.FileName)}' is not as it was written: it was changed.");
    }

    private static IEnumerable<string> FilesOf(BackupManifest manifest) =>
        manifest.Parts.Select(part => part.File).Append(BackupManifest.FileName).Append(BackupManifest.MacFileName);
}
