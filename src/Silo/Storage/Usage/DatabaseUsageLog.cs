using Sluice.Grains.Abstractions.Usage;
using Sluice.Grains.Usage;
using Sluice.Rules.Limits;
using Sluice.Rules.Usage;

namespace Sluice.Silo.Storage.Usage;

/// <summary>The usage log in the database. What reads it for people is <see cref="UsageReport"/>.</summary>
internal sealed class DatabaseUsageLog(IDatabase database, TimeProvider time) : IUsageLog
{
    /// <summary>Every client of a busy silo asks every two seconds.</summary>
    private static readonly TimeSpan RecentFor = TimeSpan.FromSeconds(2);

    private readonly UsageEventWriter _events = new(database.Dialect);

    private volatile Recent? _recent;

    private sealed record Recent(LogSessions Sessions, long ReadAt);

    private readonly string _openSql = $"""
        INSERT INTO usage_session
            (edge_session, reports, complete_through, last_sequence, is_closed, dropped, reported_at)
        VALUES ($1, 0, 0, 0, 0, 0, {database.Dialect.NowMicroseconds})
        ON CONFLICT (edge_session) DO NOTHING
        """;

    private readonly string _reportSql = $"""
        INSERT INTO usage_session
            (edge_session, reports, complete_through, last_sequence, is_closed, dropped, reported_at)
        VALUES ($1, $2, $3, $4, $5, $6, {database.Dialect.NowMicroseconds})
        ON CONFLICT (edge_session) DO UPDATE SET
            reports = excluded.reports, complete_through = excluded.complete_through,
            last_sequence = excluded.last_sequence, is_closed = excluded.is_closed, dropped = excluded.dropped,
            reported_at = excluded.reported_at
        WHERE usage_session.reports < excluded.reports
        """;

    // Session 0 is no edge: it says when the log began.
    private readonly string _sessionsSql = $"""
        SELECT edge_session, reports, complete_through, last_sequence, is_closed, dropped, reported_at,
               {database.Dialect.NowMicroseconds}
        FROM usage_session WHERE is_closed = 0 OR dropped > 0 OR edge_session = 0 ORDER BY edge_session
        """;

    // A row of the epoch just before is that of an owner without a gap, who was there until it wrote last.
    private readonly string _beginSql = $"""
        INSERT INTO usage_owner (client_id, epoch, known_until)
        VALUES ($1, $2, {database.Dialect.NowMicroseconds} - $3)
        ON CONFLICT (client_id) DO UPDATE SET known_until = excluded.known_until
        WHERE usage_owner.epoch = excluded.epoch - 1 AND usage_owner.known_until < excluded.known_until
        """;

    private readonly string _reconciledSql = $"""
        UPDATE usage_owner SET epoch = $2, known_until = {database.Dialect.NowMicroseconds}
        WHERE client_id = $1 AND epoch <= $2
        """;

    private const string OwnerSql = "SELECT epoch, known_until FROM usage_owner WHERE client_id = $1";

    private const string EndSql = "DELETE FROM usage_owner WHERE client_id = $1 AND epoch = $2";

    private readonly string _usedSql = $"""
        SELECT model, endpoint, key_version, CASE WHEN epoch = 0 THEN 1 ELSE 0 END AS alone,
               CAST(sum(requests) AS bigint), CAST(sum(input_tokens) AS bigint), CAST(sum(output_tokens) AS bigint),
               CAST(sum(images) AS bigint), CAST(sum(pages) AS bigint)
        FROM usage_counted
        WHERE {database.Dialect.OfClient("$1")} AND {UsageWhere.Admitted("$2", "$3")}
          AND (epoch <> $4 OR admitted_at <= $5)
        GROUP BY model, endpoint, key_version, CASE WHEN epoch = 0 THEN 1 ELSE 0 END
        """;

    public Task OpenSessionAsync(long edgeSession, CancellationToken cancellationToken) =>
        WriteAsync([new Statement(_openSql, edgeSession)], cancellationToken);

    public Task AppendAsync(UsageBatch batch, CancellationToken cancellationToken) => WriteAsync(
        [
            .. _events.Batch(batch),
            new Statement(
                _reportSql, batch.EdgeSession, batch.Number, batch.CompleteThrough, batch.LastSequence,
                batch.IsLast ? 1L : 0L, batch.Dropped),
        ],
        cancellationToken);

    public Task AppendLostAsync(IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken) =>
        events.Count == 0
            ? Task.CompletedTask
            : WriteAsync([.. _events.LostEvents(events)], cancellationToken);

    public async Task<OwnerKnown> OwnerBeginsAsync(
        string clientId, long epoch, TimeSpan sinceWritten, CancellationToken cancellationToken)
    {
        var owners = await database.WriteAsync(
            [
                new Statement(_beginSql, clientId, epoch, sinceWritten.Ticks / TimeSpan.TicksPerMicrosecond),
                new Statement(OwnerSql, clientId),
            ],
            row => (Epoch: row.GetInt64(0), Until: row.GetInt64(1)),
            cancellationToken);
        return new OwnerKnown(owners[0].Epoch == epoch, owners[0].Until);
    }

    public Task OwnerReconciledAsync(string clientId, long epoch, CancellationToken cancellationToken) =>
        WriteAsync([new Statement(_reconciledSql, clientId, epoch)], cancellationToken);

    public Task OwnerEndsAsync(string clientId, long epoch, CancellationToken cancellationToken) =>
        WriteAsync([new Statement(EndSql, clientId, epoch)], cancellationToken);

    public async Task<LogSessions> SessionsAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            new Statement(_sessionsSql),
            row => (
                Session: new UsageSession(
                    row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4) == 1,
                    row.GetInt64(5), row.GetInt64(6)),
                Now: row.GetInt64(7)),
            cancellationToken);
        return new LogSessions([.. rows.Skip(1).Select(row => row.Session)], rows[0].Session.ReportedAt, rows[0].Now);
    }

    public async Task<IReadOnlyList<LoggedUse>> UsedAsync(
        UsageQuestion question, CancellationToken cancellationToken) => await database.ReadAsync(
        new Statement(
            _usedSql, question.ClientId, question.From.ToMicroseconds(), question.To.ToMicroseconds(), question.Epoch,
            question.Cut.ToMicroseconds()),
        row => new LoggedUse(
            new CallFacts(row.GetString(0), row.GetString(1), (int)row.GetInt64(2)),
            row.GetInt64(3) == 1,
            row.GetInt64(4),
            new Costs(
                row.GetInt64(5), row.GetInt64(6),
                [new Cost(Units.Images, row.GetInt64(7)), new Cost(Units.Pages, row.GetInt64(8))])),
        cancellationToken);

    public async Task<LogSessions> RecentSessionsAsync(CancellationToken cancellationToken)
    {
        if (_recent is { } known && time.GetElapsedTime(known.ReadAt) < RecentFor)
        {
            return known.Sessions;
        }

        // Some may read at once; each reading is as good.
        var readAt = time.GetTimestamp();
        var sessions = await SessionsAsync(cancellationToken);
        _recent = new Recent(sessions, readAt);
        return sessions;
    }

    private Task<List<int>> WriteAsync(IReadOnlyList<Statement> statements, CancellationToken cancellationToken) =>
        database.WriteAsync(statements, static row => row.FieldCount, cancellationToken);
}
