using System.Collections.Immutable;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;

namespace Sluice.Silo.Storage.Audit;

/// <inheritdoc cref="IAuditLog"/>
/// <remarks>
/// An entry that is repeated after it got its place waits once more, and is left out when the next ones get theirs: see
/// <see cref="AuditTrail"/>.
/// </remarks>
internal sealed class DatabaseAuditLog(IDatabase database, AuditWriter writer) : IAuditLog
{
    private readonly string _insertSql = $"""
        INSERT INTO audit_outbox (id, at, actor, action, subject, before, after, detail)
        SELECT $1, {database.Dialect.NowMicroseconds}, $2, $3, $4, $5, $6, $7
        WHERE NOT EXISTS (SELECT 1 FROM audit_record WHERE id = $1)
        ON CONFLICT DO NOTHING
        """;

    public async Task AppendAsync(
        string actor, ImmutableArray<(string Id, AuditNote Note)> entries, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            [
                .. entries.Select(entry => new Statement(
                    _insertSql, entry.Id, actor, entry.Note.Action, entry.Note.Subject, entry.Note.Before,
                    entry.Note.After, entry.Note.Detail)),
            ],
            static row => row.FieldCount,
            cancellationToken);
        writer.Published();
    }
}
