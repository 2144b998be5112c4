using System.Text.Json;
using Sluice.Rules.Limits;
using Sluice.Rules.Revocations;

namespace Sluice.Silo.Safekeeping;

/// <summary>What is to become of quotas of which nobody knows how much was used since the backup.</summary>
internal enum QuotasAfterRestore
{
    /// <summary>Nobody has said.</summary>
    Unsaid,

    /// <summary>As they were: what was used since the backup may be used again.</summary>
    Keep,

    /// <summary>Every period that had begun counts as spent: nothing is used twice, and nobody may use more.</summary>
    Spent,
}

/// <summary>
/// Brings a restored database to the present: what it says of numbers, times and tokens is of the day of the backup,
/// and edges and clients remember later ones. docs/backup.md says why of each.
/// </summary>
internal static class Forwarding
{
    /// <summary>Counts go on from the moment of the restore, and rates and slots begin at their strictest.</summary>
    public static async Task RunAsync(
        TableStore store, BackupManifest manifest, QuotasAfterRestore quotas, string issuer, long restoredAt,
        CancellationToken cancellationToken)
    {
        var at = DateTimeOffset.UnixEpoch.AddMicroseconds(restoredAt);
        await store.ExecuteAsync(
            "UPDATE client_ledger SET epoch = CASE WHEN epoch < $1 THEN $1 ELSE epoch END, written_at = $1",
            cancellationToken, restoredAt);

        // Empty, and refilling from now: an owner that begins with less gives nothing twice.
        await store.ExecuteAsync(
            "UPDATE client_rate SET stored_at = $1, "
            + "missing = CASE WHEN missing < capacity * period THEN capacity * period ELSE missing END",
            cancellationToken, restoredAt);
        if (quotas is QuotasAfterRestore.Spent)
        {
            await store.ExecuteAsync("UPDATE client_quota SET reserved = $1", cancellationToken, LimitRules.AmountMax);
        }

        // The usage log lacks what was used since the backup: no count of a period from before is lowered by it.
        await store.ExecuteAsync(
            "UPDATE usage_session SET reported_at = $1 WHERE edge_session = 0", cancellationToken, restoredAt);
        await RestoredStates.ForwardAsync(store, at, cancellationToken);
        await MoveFeedAsync(store, issuer, restoredAt, cancellationToken);
        await store.MoveSequencesAsync(restoredAt, cancellationToken);
        await NoteAsync(store, manifest, quotas, restoredAt, cancellationToken);
    }

    /// <summary>
    /// An edge that has heard of anything before finds itself below the horizon: it forgets what it remembers, and
    /// begins anew. What it must know is the first entry then.
    /// </summary>
    private static async Task MoveFeedAsync(
        TableStore store, string issuer, long restoredAt, CancellationToken cancellationToken)
    {
        await store.ExecuteAsync("DELETE FROM revocation", cancellationToken);
        var isTold = issuer.Length > 0;
        await store.ExecuteAsync(
            "UPDATE revocation_feed SET last = $1, trimmed = $2", cancellationToken,
            isTold ? restoredAt + 1 : restoredAt, restoredAt);
        if (isTold)
        {
            var from = RestoredStates.SecondAfter(DateTimeOffset.UnixEpoch.AddMicroseconds(restoredAt));
            await store.ExecuteAsync(
                """
                INSERT INTO revocation (sequence, kind, subject, number, revoked_at, ends_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                cancellationToken, restoredAt + 1, (long)RevocationKind.Issuer, issuer, from, restoredAt,
                restoredAt + (long)Revocation.TokensLive.TotalMicroseconds);
        }
    }

    /// <summary>The audit trail goes on where the backup ended, and says that it did.</summary>
    private static async Task NoteAsync(
        TableStore store, BackupManifest manifest, QuotasAfterRestore quotas, long restoredAt,
        CancellationToken cancellationToken) => await store.ExecuteAsync(
        """
        INSERT INTO audit_outbox (id, at, actor, action, subject, before, after, detail)
        VALUES ($1, $2, 'system', 'system.restore', $3, $4, '', $5)
        """,
        cancellationToken, Guid.CreateVersion7().ToString("N"), restoredAt, $"backup/{manifest.Backup}",
        manifest.AuditHash,
        JsonSerializer.Serialize(new
        {
            takenAt = manifest.TakenAt,
            sequence = manifest.AuditSequence,
            quotas = quotas.ToString().ToLowerInvariant(),
        }));
}
