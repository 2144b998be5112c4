using System.Data.Common;
using Sluice.Rules.Audit;

namespace Sluice.Silo.Storage.Audit;

/// <summary>What of the trail is asked for.</summary>
/// <param name="From">From this moment on; microseconds since 1970.</param>
/// <param name="To">And before this one.</param>
/// <param name="Subject">Of this alone; null for all.</param>
internal readonly record struct AuditSelection(long From, long To, string? Subject);

/// <summary>The audit trail at rest. Records are added at its end, and none is ever changed.</summary>
internal sealed class AuditTrail(IDatabase database)
{
    /// <summary>Records of a page, and of what gets its place at once.</summary>
    public const int PageMost = 500;

    private const string EntryColumns = "id, at, actor, action, subject, before, after, detail";

    private const string HeadSql = "SELECT sequence, hash FROM audit_head";

    private const string InsertSql = $"""
        INSERT INTO audit_record (sequence, {EntryColumns}, hash, month)
        SELECT $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, month FROM audit_head WHERE sequence = $1 AND hash = $2
        ON CONFLICT DO NOTHING
        """;

    // Whoever was first: what has its place waits no more.
    private const string DeleteSql = """
        DELETE FROM audit_outbox
        WHERE EXISTS (SELECT 1 FROM audit_record WHERE audit_record.id = audit_outbox.id)
        """;

    // The month never goes back, so that a month is a part of the trail without gaps.
    private readonly string _moveSql = $"""
        UPDATE audit_head SET sequence = $3, hash = $4, month = {database.Dialect.AuditMonth}
        WHERE sequence = $1 AND hash = $2
        """;

    // One that waits and has its place was sent twice, the second time as it was given its place.
    private static readonly string WaitingSql = $"""
        SELECT {EntryColumns} FROM audit_outbox
        WHERE NOT EXISTS (SELECT 1 FROM audit_record WHERE audit_record.id = audit_outbox.id)
        ORDER BY at, id LIMIT {PageMost}
        """;

    private static readonly string PageSql = $"""
        SELECT {EntryColumns}, sequence, hash FROM audit_record
        WHERE sequence > $1 AND at >= $2 AND at < $3 ORDER BY sequence LIMIT {PageMost}
        """;

    private static readonly string PageOfSubjectSql = $"""
        SELECT {EntryColumns}, sequence, hash FROM audit_record
        WHERE sequence > $1 AND at >= $2 AND at < $3 AND subject = $4 ORDER BY sequence LIMIT {PageMost}
        """;

    /// <summary>The end of the chain.</summary>
    public async Task<AuditHead> HeadAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        new Statement(HeadSql), row => new AuditHead(row.GetInt64(0), row.GetString(1)), cancellationToken))[0];

    /// <summary>Gives what waits its place, the oldest first.</summary>
    /// <returns>How many were given theirs, by this silo or another that was first; 0 when nothing waits.</returns>
    public async Task<int> ChainAsync(CancellationToken cancellationToken)
    {
        // Before what waits: if another silo gives an entry its place in between, this head is the end no more, and
        // nothing is written. The other way round that entry would be chained twice.
        var head = await HeadAsync(cancellationToken);
        var waiting = await database.ReadAsync(new Statement(WaitingSql), EntryOf, cancellationToken);
        if (waiting.Count == 0)
        {
            return 0;
        }

        var records = AuditChain.Append(head, waiting);
        var (sequence, hash) = (records[^1].Sequence, records[^1].Hash);
        await database.WriteAsync(
            [
                // First, so that of two silos the second waits here, and then finds another head and writes nothing.
                new Statement(_moveSql, head.Sequence, head.Hash, sequence, hash),
                .. records.Select(record => new Statement(
                    InsertSql, sequence, hash, record.Sequence, record.Entry.Id, record.Entry.At, record.Entry.Actor,
                    record.Entry.Note.Action, record.Entry.Note.Subject, record.Entry.Note.Before,
                    record.Entry.Note.After, record.Entry.Note.Detail, record.Hash)),
                new Statement(DeleteSql),
            ],
            static row => row.FieldCount,
            cancellationToken);
        return records.Length;
    }

    /// <summary>A page of the trail, in its order; fewer than <see cref="PageMost"/> is the last one.</summary>
    /// <param name="selection">What is asked for.</param>
    /// <param name="after">The last record of the page before; 0 for the first page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<AuditRecord>> ReadAsync(
        AuditSelection selection, long after, CancellationToken cancellationToken) => database.ReadAsync(
        selection.Subject is { } subject
            ? new Statement(PageOfSubjectSql, after, selection.From, selection.To, subject)
            : new Statement(PageSql, after, selection.From, selection.To),
        row => new AuditRecord(row.GetInt64(8), EntryOf(row), row.GetString(9)),
        cancellationToken);

    private static AuditEntry EntryOf(DbDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetString(2),
        new AuditNote(row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7)));
}
