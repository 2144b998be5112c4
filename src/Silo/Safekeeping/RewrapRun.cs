using System.Security.Cryptography;
using Sluice.Rules.Secrets;
using Sluice.Silo.Security;

namespace Sluice.Silo.Safekeeping;

/// <summary>What was wrapped and sealed anew.</summary>
internal sealed record RewrapReport
{
    /// <summary>Data keys there are.</summary>
    public int DataKeys { get; set; }

    /// <summary>Of those, wrapped anew; the others were as they should be.</summary>
    public int Rewrapped { get; set; }

    /// <summary>Secrets that were looked at; 0 when only keys were asked for.</summary>
    public int Secrets { get; set; }

    /// <summary>Of those, sealed anew under the newest data key; the others were.</summary>
    public int Resealed { get; set; }

    /// <summary>Secrets whose place this program does not know: they stay as they are.</summary>
    public int SecretsElsewhere { get; set; }

    /// <summary>Secrets that silos changed meanwhile: run it again.</summary>
    public int Busy { get; set; }

    /// <summary>Data keys by the algorithm that they are wrapped with from now on.</summary>
    public SortedDictionary<string, int> Algorithms { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// Wraps every data key under the master key that is set, by its newest version; and seals every secret under the
/// newest data key. One by one, each compared with what was read and tried before it takes the other's place: killed
/// anywhere, everything opens, and the next run does what is left. Silos go on meanwhile.
/// </summary>
internal sealed class RewrapRun(MasterKeys masterKeys, Action<string> progress)
{
    private readonly RewrapReport _report = new();
    private readonly Dictionary<string, byte[]> _keys = [];

    /// <param name="store">The database.</param>
    /// <param name="secrets">Whether secrets are sealed anew too.</param>
    /// <param name="newDataKey">Whether a new data key is made before: the newest may be known to somebody.</param>
    /// <param name="cancellationToken">Gives up; what is done is done.</param>
    /// <exception cref="MasterKeyException">A master key is missing, or its vault is away.</exception>
    public async Task<RewrapReport> RunAsync(
        TableStore store, bool secrets, bool newDataKey, CancellationToken cancellationToken)
    {
        await RewrapAsync(store, cancellationToken);
        if (newDataKey)
        {
            await MakeDataKeyAsync(store, cancellationToken);
        }

        if (secrets)
        {
            await ResealAsync(store, cancellationToken);
        }

        return _report;
    }

    private async Task RewrapAsync(TableStore store, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            "SELECT id, purpose, wrapped FROM data_key ORDER BY made_at, id",
            row => (Id: row.GetString(0), Purpose: row.GetString(1), Wrapped: row.GetString(2)), cancellationToken);
        foreach (var (id, purpose, wrapped) in rows)
        {
            var place = DataKeys.PlaceOf(id, purpose);
            var key = await masterKeys.UnwrapAsync(place, wrapped, cancellationToken);
            var newest = wrapped;
            if (!masterKeys.IsCurrent(wrapped)
                || !await masterKeys.Current.IsNewestAsync(wrapped, cancellationToken))
            {
                newest = await masterKeys.WrapAsync(place, key, cancellationToken);
                var back = await masterKeys.UnwrapAsync(place, newest, cancellationToken);
                if (!key.SequenceEqual(back))
                {
                    throw new MasterKeyException(
                        $"What the master key '{masterKeys.Current.Id}' wrapped does not come back from it: nothing "
                        + "of it was stored.");
                }

                _report.Rewrapped += await store.ExecuteAsync(
                    "UPDATE data_key SET wrapped = $3 WHERE id = $1 AND wrapped = $2", cancellationToken, id, wrapped,
                    newest);
            }

            _keys[id] = key;
            _report.DataKeys++;
            var algorithm = WrappedText.AlgorithmOf(newest)!;
            _report.Algorithms[algorithm] = _report.Algorithms.GetValueOrDefault(algorithm) + 1;
            progress($"data key {_report.DataKeys} of {rows.Count}: {id}");
        }
    }

    private async Task MakeDataKeyAsync(TableStore store, CancellationToken cancellationToken)
    {
        var id = $"d-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var key = RandomNumberGenerator.GetBytes(SealedText.KeyBytes);
        var wrapped = await masterKeys.WrapAsync(
            DataKeys.PlaceOf(id, DataKeys.Sealing), key, cancellationToken);
        await store.ExecuteAsync(
            $"""
            INSERT INTO data_key (id, purpose, wrapped, made_at)
            VALUES ($1, $2, $3, {store.Dialect.NowMicroseconds})
            """,
            cancellationToken, id, DataKeys.Sealing, wrapped);
        _keys[id] = key;
        progress($"new data key: {id}");
    }

    private async Task ResealAsync(TableStore store, CancellationToken cancellationToken)
    {
        var newest = (await store.ReadAsync(
            $"SELECT id FROM data_key WHERE purpose = '{DataKeys.Sealing}' ORDER BY made_at DESC, id DESC LIMIT 1",
            row => row.GetString(0), cancellationToken)).SingleOrDefault();
        if (newest is null)
        {
            return; // Nothing was ever sealed.
        }

        var states = await store.ReadAsync(
            """
            SELECT grain_type, grain_key, state_name FROM grain_state
            WHERE CAST(payload AS text) LIKE '%s1.A256GCM.%' ORDER BY grain_type, grain_key, state_name
            """,
            row => (Type: row.GetString(0), Key: row.GetString(1), Name: row.GetString(2)), cancellationToken);
        for (var i = 0; i < states.Count; i++)
        {
            await ResealStateAsync(store, states[i], newest, cancellationToken);
            if (i % 1_000 == 999 || i == states.Count - 1)
            {
                progress($"{i + 1} of {states.Count} states with secrets");
            }
        }

        foreach (var (id, text) in await store.ReadAsync(
            "SELECT id, sealed FROM audit_key", row => (row.GetString(0), row.GetString(1)), cancellationToken))
        {
            _report.Secrets++;
            if (Reseal($"audit-key/{id}", text, newest) is { } anew)
            {
                _report.Resealed += await store.ExecuteAsync(
                    "UPDATE audit_key SET sealed = $3 WHERE id = $1 AND sealed = $2", cancellationToken, id, text,
                    anew);
            }
        }
    }

    /// <summary>
    /// The version stays as it is, so that the grain that has the state in memory can store it: it would store what it
    /// knows, which opens as well, and the next run finds it.
    /// </summary>
    private async Task ResealStateAsync(
        TableStore store, (string Type, string Key, string Name) state, string newest,
        CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            "SELECT version, payload FROM grain_state WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3",
            row => (Version: row.GetInt64(0), Payload: row.GetString(1)), cancellationToken, state.Type, state.Key,
            state.Name);
        if (rows is not [var (version, payload)])
        {
            return; // It went meanwhile.
        }

        var (next, count, known) = (payload, 0, 0);
        foreach (var (place, text) in SealedPlaces.In(state.Key, state.Name, payload))
        {
            known++;
            if (Reseal(place, text, newest) is { } anew)
            {
                next = next.Replace(text, anew, StringComparison.Ordinal);
                count++;
            }
        }

        _report.Secrets += known;
        _report.SecretsElsewhere += SealedPlaces.AllIn(payload).Count - known;
        if (count == 0)
        {
            return;
        }

        var stored = await store.ExecuteAsync(
            $"""
            UPDATE grain_state SET payload = {store.Dialect.Payload("$5")}
            WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3 AND version = $4
            """,
            cancellationToken, state.Type, state.Key, state.Name, version, next);
        (_report.Resealed, _report.Busy) = stored == 1
            ? (_report.Resealed + count, _report.Busy)
            : (_report.Resealed, _report.Busy + count);
    }

    /// <summary>The secret under the newest data key; null when it is there already.</summary>
    /// <exception cref="BackupException">It does not open: nothing is made of it.</exception>
    private string? Reseal(string place, string text, string newest)
    {
        var id = SealedText.KeyIdOf(text);
        if (id == newest)
        {
            return null;
        }

        var plain = id is not null && _keys.TryGetValue(id, out var key) ? SealedText.Open(text, key, place) : null;
        if (plain is null)
        {
            throw new BackupException(
                $"The secret at '{place}' does not open; it stays as it is, and what comes after it too. Look into it "
                + "before a data key is given up.");
        }

        try
        {
            return SealedText.Seal(
                newest, _keys[newest], RandomNumberGenerator.GetBytes(SealedText.NonceBytes), place, plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}
