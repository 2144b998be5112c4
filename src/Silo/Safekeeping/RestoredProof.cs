using System.Text;
using Sluice.Grains.Clients;
using Sluice.Rules.Audit;
using Sluice.Rules.Keys;
using Sluice.Rules.Secrets;
using Sluice.Rules.Tokens;
using Sluice.Silo.Security;
using Sluice.Silo.Storage.States;

namespace Sluice.Silo.Safekeeping;

/// <summary>What was looked at in a restored copy, and what is wrong with it.</summary>
internal sealed record ProofReport
{
    /// <summary>Data keys that the master key opened.</summary>
    public int DataKeys { get; set; }

    /// <summary>Sealed secrets that opened at their place.</summary>
    public int Secrets { get; set; }

    /// <summary>Sealed secrets of which only the data key was tried: this program does not know their place.</summary>
    public int SecretsElsewhere { get; set; }

    /// <summary>Versions of client keys whose MAC can be compared.</summary>
    public int ClientKeys { get; set; }

    /// <summary>Records of the audit trail that are as they were written.</summary>
    public long AuditRecords { get; set; }

    /// <summary>Signed checkpoints that the trail agrees with.</summary>
    public int Checkpoints { get; set; }

    /// <summary>The key that was presented is accepted as it should be; null when none was.</summary>
    public bool? KnownKey { get; set; }

    /// <summary>What is wrong, in sentences; empty for a copy that is worth something.</summary>
    public List<string> Problems { get; } = [];
}

/// <summary>
/// Proves that a copy is worth something: what was sealed opens, keys can be compared, and the audit trail is what was
/// signed. It reads what is there, not what a manifest says of it.
/// </summary>
internal sealed class RestoredProof(TableStore store, MasterKeys masterKeys)
{
    private const int MacBytes = 32;

    private readonly ProofReport _report = new();
    private readonly Dictionary<string, byte[]> _keys = [];
    private byte[] _macKey = [];

    /// <param name="knownKey">A client key that must be found right; null for none. It is told nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MasterKeyException">The master key is not that of this database.</exception>
    public async Task<ProofReport> RunAsync(string? knownKey, CancellationToken cancellationToken)
    {
        await OpenDataKeysAsync(cancellationToken);
        await OpenSecretsAsync(knownKey, cancellationToken);
        await VerifyTrailAsync(cancellationToken);
        return _report;
    }

    private async Task OpenDataKeysAsync(CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            "SELECT id, purpose, wrapped FROM data_key",
            row => (Id: row.GetString(0), Purpose: row.GetString(1), Wrapped: row.GetString(2)), cancellationToken);
        foreach (var (id, purpose, wrapped) in rows)
        {
            _keys[id] = await masterKeys.UnwrapAsync(DataKeys.PlaceOf(id, purpose), wrapped, cancellationToken);
            _macKey = purpose == DataKeys.ClientKeyMac ? _keys[id] : _macKey;
        }

        _report.DataKeys = rows.Count;
    }

    private async Task OpenSecretsAsync(string? knownKey, CancellationToken cancellationToken)
    {
        var known = default(KeyText);
        if (knownKey is not null && KeyText.TryParse(knownKey, out known) is not KeyTextFault.None)
        {
            _report.Problems.Add("The key that should be known is no key.");
            knownKey = null;
        }

        _report.KnownKey = knownKey is null ? null : false;
        await foreach (var (key, name, payload) in store.EachAsync(
            "SELECT grain_key, state_name, payload FROM grain_state",
            row => (row.GetString(0), row.GetString(1), row.GetString(2)), cancellationToken))
        {
            var left = SealedPlaces.AllIn(payload);
            foreach (var (place, text) in SealedPlaces.In(key, name, payload))
            {
                Open(place, text);
                left.Remove(text);
            }

            foreach (var text in left)
            {
                OpenElsewhere($"{name}/{key}", text);
            }

            if (name == "client")
            {
                Compare(key, StateJson.Read<StoredClient>(payload), known, knownKey is not null);
            }
        }

        if (_report.KnownKey is false)
        {
            _report.Problems.Add("The key that should be known is not: the copy lacks it, or has another MAC of it.");
        }

        foreach (var (id, text) in await store.ReadAsync(
            "SELECT id, sealed FROM audit_key", row => (row.GetString(0), row.GetString(1)), cancellationToken))
        {
            Open($"audit-key/{id}", text);
        }
    }

    private void Open(string place, string text)
    {
        if (SealedText.KeyIdOf(text) is not { } id || !_keys.TryGetValue(id, out var key)
            || SealedText.Open(text, key, place) is null)
        {
            _report.Problems.Add($"The secret at '{place}' does not open.");
            return;
        }

        _report.Secrets++;
    }

    private void OpenElsewhere(string where, string text)
    {
        if (SealedText.KeyIdOf(text) is not { } id || !_keys.ContainsKey(id))
        {
            _report.Problems.Add($"A secret in '{where}' names a data key that is not there.");
            return;
        }

        _report.SecretsElsewhere++;
    }

    private void Compare(string clientId, StoredClient client, KeyText known, bool isKnown)
    {
        foreach (var version in client.Keys)
        {
            if (version.Mac.Length != MacBytes)
            {
                _report.Problems.Add($"The MAC of client {clientId}, key version {version.Info.Version}, is none.");
                continue;
            }

            _report.ClientKeys++;
            if (isKnown && clientId == known.ClientId && version.Info.Version == known.Version)
            {
                var digest = System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(known.Secret));
                _report.KnownKey = System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
                    System.Security.Cryptography.HMACSHA256.HashData(_macKey, digest), version.Mac);
            }
        }
    }

    private async Task VerifyTrailAsync(CancellationToken cancellationToken)
    {
        var signed = await SignedAsync(cancellationToken);
        AuditVerification? verification = null;
        await foreach (var record in store.EachAsync(
            """
            SELECT id, at, actor, action, subject, before, after, detail, sequence, hash
            FROM audit_record ORDER BY sequence
            """,
            row => new AuditRecord(
                row.GetInt64(8),
                new AuditEntry(
                    row.GetString(0), row.GetInt64(1), row.GetString(2),
                    new AuditNote(
                        row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7))),
                row.GetString(9)),
            cancellationToken))
        {
            // A trail whose oldest months have had their time begins behind a checkpoint.
            var first = record.Sequence - 1;
            verification ??= new AuditVerification(
                new AuditHead(first, signed.GetValueOrDefault(first, AuditHead.Empty.Hash)));
            if (verification.Next(record) is var fault and not AuditFault.None)
            {
                _report.Problems.Add($"Record {record.Sequence} of the audit trail is not as it was written: {fault}.");
                return;
            }

            if (signed.TryGetValue(record.Sequence, out var hash) && hash != record.Hash)
            {
                _report.Problems.Add($"Record {record.Sequence} of the audit trail is not the one that was signed.");
                return;
            }

            _report.AuditRecords++;
        }

        var head = (await store.ReadAsync(
            "SELECT sequence, hash FROM audit_head", row => new AuditHead(row.GetInt64(0), row.GetString(1)),
            cancellationToken))[0];
        if ((verification?.Head ?? AuditHead.Empty) != head || signed.Keys.Any(sequence => sequence > head.Sequence))
        {
            _report.Problems.Add("The audit trail does not end where it says that it ends.");
        }
    }

    private async Task<IReadOnlyDictionary<long, string>> SignedAsync(CancellationToken cancellationToken)
    {
        var publicKeys = await store.ReadAsync(
            "SELECT public FROM audit_key", row => row.GetString(0), cancellationToken);
        var keys = new PublicKeySet(
        [
            .. publicKeys.Select(text => PublicKey.TryParse(Encoding.UTF8.GetBytes(text))).OfType<PublicKey>()
                .DistinctBy(key => key.KeyId),
        ]);
        var verification = new CheckpointVerification(keys);
        foreach (var line in await store.ReadAsync(
            "SELECT line FROM audit_checkpoint ORDER BY number", row => row.GetString(0), cancellationToken))
        {
            if (verification.Next(line) is var fault and not CheckpointFault.None)
            {
                _report.Problems.Add($"Checkpoint {_report.Checkpoints + 1} of the audit trail is not right: {fault}.");
                break;
            }

            _report.Checkpoints++;
        }

        return verification.Hashes;
    }
}
