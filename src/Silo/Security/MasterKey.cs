using System.Security.Cryptography;
using System.Text;
using Sluice.Rules.Secrets;

namespace Sluice.Silo.Security;

/// <summary>
/// The one secret that no database holds. Keys for each purpose are derived from it (HKDF, RFC 5869), so that none of
/// them is used for two things.
/// </summary>
internal sealed class MasterKey : IMasterKey
{
    private const string WrapPurpose = "data-key-wrap";

    private const int Bytes = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Kubernetes mounts a secret for the pod's group, read-only; nobody else may have anything.
    private const UnixFileMode TooOpen = UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly byte[] _key;
    private readonly byte[] _wrappingKey;

    private MasterKey(byte[] key)
    {
        _key = key;
        _wrappingKey = Derive(WrapPurpose);
        Id = $"m-{Convert.ToHexStringLower(Derive("master-key-id").AsSpan(0, 8))}";
    }

    /// <summary>Names the key without telling anything of it: two silos can be seen to have the same one.</summary>
    public string Id { get; }

    /// <summary>
    /// Reads the key from a file, or makes both when there is no such file. The file holds 64 hexadecimal digits, and
    /// only its owner may read it.
    /// </summary>
    /// <exception cref="MasterKeyException">
    /// The file cannot be used; the message is one sentence for the operator.
    /// </exception>
    public static MasterKey LoadOrCreate(string path) => Try(path, () => File.Exists(path) ? Read(path) : Create(path));

    /// <summary>
    /// Reads the key from a file that must be there, because others have the same one: silos of a cluster.
    /// </summary>
    /// <exception cref="MasterKeyException">
    /// The file cannot be used; the message is one sentence for the operator.
    /// </exception>
    public static MasterKey Load(string path) => Try(path, () => File.Exists(path)
        ? Read(path)
        : throw new MasterKeyException(
            $"The master key file '{path}' does not exist. Silos of a cluster share one: make it once, with 'umask 077 "
            + "&& openssl rand -hex 32 > master.key', and give every silo a copy."));

    /// <summary>Takes the key from a setting, which never goes on a command line.</summary>
    /// <exception cref="MasterKeyException">It is no key; the message does not repeat it.</exception>
    public static MasterKey Parse(string text) => IsKey(text.Trim())
        ? new MasterKey(Convert.FromHexString(text.Trim()))
        : throw new MasterKeyException("Silo:MasterKey is not 64 hexadecimal digits, as 'openssl rand -hex 32' makes.");

    /// <summary>A key of 32 bytes for one purpose.</summary>
    public byte[] Derive(string purpose) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, _key, Bytes, salt: [], info: Encoding.UTF8.GetBytes($"sluice|{purpose}"));

    public ValueTask<string> WrapAsync(
        string place, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken) => ValueTask.FromResult(
        SealedText.Seal(
            Id, _wrappingKey, RandomNumberGenerator.GetBytes(SealedText.NonceBytes), place, dataKey.Span));

    public ValueTask<byte[]?> UnwrapAsync(string place, string wrapped, CancellationToken cancellationToken) =>
        ValueTask.FromResult(SealedText.Open(wrapped, _wrappingKey, place));

    /// <summary>A key from a file has one version, and one algorithm.</summary>
    public ValueTask<bool> IsNewestAsync(string wrapped, CancellationToken cancellationToken) =>
        ValueTask.FromResult(SealedText.KeyIdOf(wrapped) == Id);

    private static MasterKey Try(string path, Func<MasterKey> get)
    {
        try
        {
            return get();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException(
                $"The master key file '{path}' cannot be read or written: {exception.Message}");
        }
    }

    private static MasterKey Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & TooOpen) != 0)
        {
            throw new MasterKeyException(
                $"The master key file '{path}' may be read by others than its owner: run 'chmod 600 {path}'.");
        }

        var text = File.ReadAllText(path).Trim();
        return IsKey(text)
            ? new MasterKey(Convert.FromHexString(text))
            : throw new MasterKeyException(
                $"The master key file '{path}' does not hold 64 hexadecimal digits. Restore it from its backup: "
                + "without it no stored key can be verified.");
    }

    private static bool IsKey(string text) => text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigit);

    private static MasterKey Create(string path)
    {
        var key = RandomNumberGenerator.GetBytes(Bytes);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key)));
        file.Flush(flushToDisk: true); // Keys hashed under it are stored from now on; it must not be lost first.
        return new MasterKey(key);
    }
}

/// <summary>
/// The master key cannot be used. The message is one sentence for the operator, and holds nothing secret.
/// </summary>
internal sealed class MasterKeyException(string message) : Exception(message);
