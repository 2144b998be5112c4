using System.Security.Cryptography;
using Sluice.Rules.Secrets;
using Sluice.Silo.Storage.Secrets;

namespace Sluice.Silo.Security;

/// <summary>
/// The data keys as this silo has them in memory. They are read when the silo starts, and again when a secret names
/// one that is not here: another silo has made it since.
/// </summary>
internal sealed partial class DataKeys(
    DataKeyTable table, MasterKeys masterKeys, TimeProvider time, ILogger<DataKeys> logger) : IDisposable
{
    /// <summary>Seals secrets.</summary>
    public const string Sealing = "seal";

    /// <summary>Makes the MACs of client keys.</summary>
    public const string ClientKeyMac = "client-key-mac";

    /// <summary>A key seals no longer than this: what it has sealed it opens for ever.</summary>
    internal static readonly TimeSpan SealsFor = TimeSpan.FromDays(90);

    /// <summary>
    /// A silo seals no more than this under one key. Even a thousand silos stay below the 2³² of SP 800-38D.
    /// </summary>
    internal const int SealsMost = 1 << 22;

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Dictionary<string, byte[]>? _keys;
    private Newest? _newest;

    private sealed record Newest(string Id, byte[] Key, DateTimeOffset Until)
    {
        public int Seals;
    }

    /// <summary>What client keys' MACs are made with.</summary>
    /// <exception cref="InvalidOperationException">The silo has not started.</exception>
    public byte[] MacKey { get => field ?? throw NotPrepared(); private set; }

    /// <summary>
    /// Reads the keys, makes those that are missing, and wraps anew what another master key has wrapped. Once, when the
    /// database is open, before anything else.
    /// </summary>
    /// <exception cref="MasterKeyException">The master key is not the one that this database was made with.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Derived, so that a database from before there were data keys keeps its keys; from then on it is a data key
        // like others, and stays when the master key is replaced.
        const string MacId = "client-key-mac-1";
        var rows = await table.ReadAsync(cancellationToken);
        if (!rows.Exists(row => row.Id == MacId))
        {
            var derived = masterKeys.Current.Derive(ClientKeyMac);
            var wrapped = masterKeys.Wrap(PlaceOf(MacId, ClientKeyMac), derived);
            await table.AddAsync(MacId, ClientKeyMac, wrapped, cancellationToken);
            rows = await table.ReadAsync(cancellationToken);
        }

        Take(rows);
        MacKey = _keys![MacId];
        var rewrapped = 0;
        foreach (var row in rows.Where(row => !masterKeys.IsCurrent(row.Wrapped)))
        {
            var wrapped = masterKeys.Wrap(PlaceOf(row.Id, row.Purpose), _keys[row.Id]);
            rewrapped += await table.RewrapAsync(row.Id, row.Wrapped, wrapped, cancellationToken) ? 1 : 0;
        }

        if (rewrapped > 0)
        {
            LogRewrapped(rewrapped, masterKeys.Current.Id);
        }
    }

    /// <summary>The key to seal with, made when there is none or it has sealed enough.</summary>
    public async ValueTask<(string Id, byte[] Key)> ForSealingAsync(CancellationToken cancellationToken)
    {
        if (Current() is { } known)
        {
            return known;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (Current() is { } meanwhile)
            {
                return meanwhile;
            }

            Take(await table.ReadAsync(cancellationToken)); // Another silo may have made one.
            if (_newest is null || time.GetUtcNow() >= _newest.Until || _newest.Seals >= SealsMost)
            {
                var id = $"d-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
                var wrapped = masterKeys.Wrap(
                    PlaceOf(id, Sealing), RandomNumberGenerator.GetBytes(SealedText.KeyBytes));
                await table.AddAsync(id, Sealing, wrapped, cancellationToken);
                Take(await table.ReadAsync(cancellationToken));
                LogMade(id);
            }

            return (_newest!.Id, _newest.Key);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The key of that name; null when the database has none.</summary>
    public async ValueTask<byte[]?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (_keys?.TryGetValue(id, out var known) == true)
        {
            return known;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_keys?.ContainsKey(id) != true)
            {
                Take(await table.ReadAsync(cancellationToken));
            }

            return _keys!.GetValueOrDefault(id);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static string PlaceOf(string id, string purpose) => $"data key '{id}' ({purpose})";

    private static InvalidOperationException NotPrepared() =>
        new("The data keys are not there: await PrepareAsync before they are used.");

    private (string Id, byte[] Key)? Current() =>
        _newest is { } newest && time.GetUtcNow() < newest.Until && Interlocked.Increment(ref newest.Seals) < SealsMost
            ? (newest.Id, newest.Key)
            : null;

    private void Take(List<DataKeyRow> rows)
    {
        var keys = rows.ToDictionary(
            row => row.Id, row => masterKeys.Unwrap(PlaceOf(row.Id, row.Purpose), row.Wrapped));
        if (rows.FindLast(row => row.Purpose == Sealing) is { } newest && newest.Id != _newest?.Id)
        {
            _newest = new Newest(newest.Id, keys[newest.Id], time.GetUtcNow() + SealsFor - newest.Age);
        }

        _keys = keys;
    }

    [LoggerMessage(
        3401, LogLevel.Information,
        "{Count} data keys were wrapped anew under the master key {MasterKeyId}: they need no other any more.")]
    private partial void LogRewrapped(int count, string masterKeyId);

    [LoggerMessage(3402, LogLevel.Information, "Secrets are sealed with the data key {DataKeyId} from now on.")]
    private partial void LogMade(string dataKeyId);
}
