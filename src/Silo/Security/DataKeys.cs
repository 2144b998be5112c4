using System.Security.Cryptography;
using Sluice.Rules.Secrets;
using Sluice.Silo.Storage.Secrets;

namespace Sluice.Silo.Security;

/// <summary>
/// The data keys as this silo has them in memory. They are read when the silo starts, and again when a secret names
/// one that is not here: another silo has made it since.
/// </summary>
internal sealed partial class DataKeys(
    DataKeyTable table, MasterKeys masterKeys, TimeProvider time, ILogger<DataKeys> logger) : IAsyncDisposable
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

    /// <summary>The next one is made so long before: then nobody who seals a secret waits for a vault.</summary>
    internal static readonly TimeSpan MadeAhead = TimeSpan.FromDays(1);

    /// <summary>While no new one can be wrapped, the last one seals so much longer at a time.</summary>
    internal static readonly TimeSpan GoesOnFor = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Dictionary<string, byte[]>? _keys;
    private volatile Newest? _newest;
    private Task _ahead = Task.CompletedTask;

    private sealed record Newest(string Id, byte[] Key, DateTimeOffset Until)
    {
        public int Seals;

        /// <summary>From here on the next one is made, while this one seals.</summary>
        public DateTimeOffset AheadFrom { get; init; } = Until - MadeAhead;
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
            var key = masterKeys.Current is MasterKey local
                ? local.Derive(ClientKeyMac)
                : RandomNumberGenerator.GetBytes(SealedText.KeyBytes);
            var wrapped = await masterKeys.WrapAsync(PlaceOf(MacId, ClientKeyMac), key, cancellationToken);
            await table.AddAsync(MacId, ClientKeyMac, wrapped, cancellationToken);
            rows = await table.ReadAsync(cancellationToken);
        }

        await TakeAsync(rows, cancellationToken);
        MacKey = _keys![MacId];
        var rewrapped = 0;
        foreach (var row in rows.Where(row => !masterKeys.IsCurrent(row.Wrapped)))
        {
            var wrapped = await masterKeys.WrapAsync(
                PlaceOf(row.Id, row.Purpose), _keys[row.Id], cancellationToken);
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
            MakeAhead();
            return known;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (Current() is { } meanwhile)
            {
                return meanwhile;
            }

            // Another silo may have made one.
            await TakeAsync(await table.ReadAsync(cancellationToken), cancellationToken);
            if (_newest is null || time.GetUtcNow() >= _newest.Until || _newest.Seals >= SealsMost)
            {
                await MakeAsync(cancellationToken);
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
                await TakeAsync(await table.ReadAsync(cancellationToken), cancellationToken);
            }

            return _keys!.GetValueOrDefault(id);
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ahead;
        _one.Dispose();
    }

    /// <summary>Where a data key belongs: it is unwrapped for this place alone.</summary>
    internal static string PlaceOf(string id, string purpose) => $"data key '{id}' ({purpose})";

    private static InvalidOperationException NotPrepared() =>
        new("The data keys are not there: await PrepareAsync before they are used.");

    private (string Id, byte[] Key)? Current() =>
        _newest is { } newest && time.GetUtcNow() < newest.Until && Interlocked.Increment(ref newest.Seals) < SealsMost
            ? (newest.Id, newest.Key)
            : null;

    private bool IsDueAhead() => _newest is { } newest
        && (time.GetUtcNow() >= newest.AheadFrom || newest.Seals > SealsMost - (SealsMost / 128));

    private void MakeAhead()
    {
        if (IsDueAhead() && _one.Wait(TimeSpan.Zero))
        {
            _ahead = MakeAheadAsync(); // Whoever has the lock makes one; nobody else waits for it.
        }
    }

    private async Task MakeAheadAsync()
    {
        try
        {
            if (IsDueAhead())
            {
                await MakeAsync(CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            LogNotMade(exception); // The next one who seals tries again.
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>
    /// A vault that is away costs nobody a request: the key that has sealed enough goes on, for a while longer.
    /// </summary>
    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        var id = $"d-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        string wrapped;
        try
        {
            wrapped = await masterKeys.WrapAsync(
                PlaceOf(id, Sealing), RandomNumberGenerator.GetBytes(SealedText.KeyBytes), cancellationToken);
        }
        catch (MasterKeyException exception) when (_newest is { } last)
        {
            var until = time.GetUtcNow() + GoesOnFor;
            _newest = last with
            {
                Until = until > last.Until ? until : last.Until,
                Seals = Math.Min(last.Seals, SealsMost - (SealsMost / 64)),
                AheadFrom = until,
            };
            LogGoesOn(exception.Message, last.Id, GoesOnFor);
            return;
        }

        await table.AddAsync(id, Sealing, wrapped, cancellationToken);
        await TakeAsync(await table.ReadAsync(cancellationToken), cancellationToken);
        LogMade(id);
    }

    /// <summary>Each is unwrapped once: what is here already is not asked for at a vault again.</summary>
    private async Task TakeAsync(List<DataKeyRow> rows, CancellationToken cancellationToken)
    {
        var known = _keys;
        var keys = new Dictionary<string, byte[]>();
        foreach (var row in rows)
        {
            keys[row.Id] = known?.GetValueOrDefault(row.Id)
                ?? await masterKeys.UnwrapAsync(PlaceOf(row.Id, row.Purpose), row.Wrapped, cancellationToken);
        }

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

    [LoggerMessage(3404, LogLevel.Warning, "No new data key could be stored; it is tried again.")]
    private partial void LogNotMade(Exception exception);

    [LoggerMessage(
        3403, LogLevel.Warning,
        "No new data key could be wrapped: {Reason} Secrets are sealed with {DataKeyId} for {Until} more.")]
    private partial void LogGoesOn(string reason, string dataKeyId, TimeSpan until);
}
