using System.Text.Json;
using Sluice.Rules.Safekeeping;

namespace Sluice.Silo.Safekeeping;

/// <summary>What a backup is and what belongs to it: the file <c>manifest.json</c> beside its parts.</summary>
/// <remarks>
/// It holds no secret: the key of the backup is wrapped under the master key, which is named and is not there. That it
/// is as it was written is shown by <c>manifest.mac</c>, made with the key of the backup.
/// </remarks>
internal sealed record BackupManifest
{
    /// <summary>The layout that this program writes, and the newest that it reads.</summary>
    public const int NewestFormat = 1;

    public const string FileName = "manifest.json";
    public const string MacFileName = "manifest.mac";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true,
    };

    /// <summary>The layout.</summary>
    public int Format { get; init; } = NewestFormat;

    /// <summary>Its name, and that of its folder.</summary>
    public string Backup { get; init; } = "";

    /// <summary>The cluster that it is of.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>By the database's clock: all that was stored before is in it.</summary>
    public DateTimeOffset TakenAt { get; init; }

    /// <summary><c>postgresql</c> or <c>sqlite</c>.</summary>
    public string Database { get; init; } = "";

    /// <summary>The last step of the schema.</summary>
    public int Schema { get; init; }

    /// <summary>How parts are sealed.</summary>
    public string Cipher { get; init; } = BackupCipher.Algorithm;

    /// <summary>How parts are compressed before.</summary>
    public string Compression { get; init; } = "gzip";

    /// <summary>What <see cref="BackupPart.Digest"/> is.</summary>
    public string DigestAlgorithm { get; init; } = "SHA-256";

    /// <summary>What is in <c>manifest.mac</c>.</summary>
    public string MacAlgorithm { get; init; } = "HMAC-SHA256";

    /// <summary>Names the master key that the backup's key is wrapped under.</summary>
    public string MasterKey { get; init; } = "";

    /// <summary>The backup's key, wrapped.</summary>
    public string WrappedKey { get; init; } = "";

    /// <summary>The last record of the audit trail.</summary>
    public long AuditSequence { get; init; }

    /// <summary>Its hash.</summary>
    public string AuditHash { get; init; } = "";

    /// <summary>The months that the audit trail has, such as 202611.</summary>
    public int[] AuditMonths { get; init; } = [];

    /// <summary>A part for each table.</summary>
    public BackupPart[] Parts { get; init; } = [];

    /// <summary>Where the key of the backup belongs: it is unwrapped for this place alone.</summary>
    public string KeyPlace => PlaceOf(Backup);

    /// <inheritdoc cref="KeyPlace"/>
    public static string PlaceOf(string backup) => $"backup '{backup}'";

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    /// <exception cref="BackupException">It is none, or of a layout that this program does not know.</exception>
    public static BackupManifest Read(byte[] text, string place)
    {
        BackupManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BackupManifest>(text, Options);
        }
        catch (JsonException exception)
        {
            throw new BackupException($"{place} is no manifest of a backup.", exception);
        }

        return manifest switch
        {
            { Format: > NewestFormat } => throw new BackupException(
                $"{place} is of format {manifest.Format}, and this program reads none newer than {NewestFormat}: use "
                + "a program that is at least as new as the backup."),
            { Format: NewestFormat, Cipher: BackupCipher.Algorithm, Compression: "gzip" } => manifest,
            _ => throw new BackupException($"{place} is no manifest of a backup that this program knows."),
        };
    }
}

/// <summary>One table of a backup.</summary>
internal sealed record BackupPart
{
    /// <summary>The table.</summary>
    public string Table { get; init; } = "";

    /// <summary>The columns, in the order of what is in the part.</summary>
    public string[] Columns { get; init; } = [];

    /// <summary>The file, beside the manifest.</summary>
    public string File { get; init; } = "";

    /// <summary>Rows of the table.</summary>
    public long Rows { get; init; }

    /// <summary>Bytes of the file.</summary>
    public long Bytes { get; init; }

    /// <summary>SHA-256 of the file; 64 hexadecimal digits.</summary>
    public string Digest { get; init; } = "";
}
