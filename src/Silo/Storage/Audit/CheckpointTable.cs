using Sluice.Rules.Audit;

namespace Sluice.Silo.Storage.Audit;

/// <summary>A signed checkpoint at rest.</summary>
/// <param name="Number">1 for the first; without gaps.</param>
/// <param name="Sequence">The record that it is of.</param>
/// <param name="Line">The signed line.</param>
internal sealed record CheckpointRow(long Number, long Sequence, string Line);

/// <summary>A key that checkpoints are signed with, at rest.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Public">Its public half, as JSON Web Key.</param>
/// <param name="Sealed">Its secret half, sealed.</param>
/// <param name="MadeAt">Microseconds since 1970, by the database's clock.</param>
internal sealed record AuditKeyRow(string Id, string Public, string Sealed, long MadeAt);

/// <summary>Checkpoints of the audit trail, and the keys that they are signed with. They are only ever added.</summary>
internal sealed class CheckpointTable(IDatabase database)
{
    /// <summary>Checkpoints of a page.</summary>
    public const int PageMost = 500;

    private const string Columns = "SELECT number, sequence, line FROM audit_checkpoint";

    private const string OldestMonthSql = """
        SELECT sequence, hash, month FROM audit_record
        WHERE month = (SELECT min(month) FROM audit_record) ORDER BY sequence DESC LIMIT 1
        """;

    private static readonly string PageSql = $"{Columns} WHERE number > $1 ORDER BY number LIMIT {PageMost}";

    private static readonly string UnsentSql = $"""
        {Columns} WHERE NOT EXISTS (
            SELECT 1 FROM audit_checkpoint_sent WHERE audit_checkpoint_sent.number = audit_checkpoint.number)
        ORDER BY number LIMIT {PageMost}
        """;

    private readonly string _sentSql = $"""
        INSERT INTO audit_checkpoint_sent (number, sent_at) VALUES ($1, {database.Dialect.NowMicroseconds})
        ON CONFLICT (number) DO NOTHING
        """;

    private readonly string _addKeySql = $"""
        INSERT INTO audit_key (id, public, sealed, made_at) VALUES ($1, $2, $3, {database.Dialect.NowMicroseconds})
        ON CONFLICT (id) DO NOTHING
        """;

    /// <summary>The newest; null when there is none.</summary>
    public async Task<CheckpointRow?> LastAsync(CancellationToken cancellationToken) =>
        (await RowsAsync(new Statement($"{Columns} ORDER BY number DESC LIMIT 1"), cancellationToken))
        .SingleOrDefault();

    /// <summary>Whether one is of this record.</summary>
    public async Task<bool> HasAsync(long sequence, CancellationToken cancellationToken) =>
        (await RowsAsync(new Statement($"{Columns} WHERE sequence = $1 LIMIT 1", sequence), cancellationToken))
        .Count > 0;

    /// <summary>In their order; fewer than <see cref="PageMost"/> is the last page.</summary>
    public Task<List<CheckpointRow>> ReadAsync(long after, CancellationToken cancellationToken) =>
        RowsAsync(new Statement(PageSql, after), cancellationToken);

    /// <summary>Adds the next one.</summary>
    /// <returns>False: another silo was first with that number.</returns>
    public async Task<bool> AddAsync(CheckpointRow row, CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            [
                new Statement(
                    """
                    INSERT INTO audit_checkpoint (number, sequence, line) VALUES ($1, $2, $3)
                    ON CONFLICT (number) DO NOTHING RETURNING number
                    """,
                    row.Number, row.Sequence, row.Line),
            ],
            static added => added.GetInt64(0),
            cancellationToken)).Count == 1;

    /// <summary>Those that are not at the second place, oldest first.</summary>
    public Task<List<CheckpointRow>> UnsentAsync(CancellationToken cancellationToken) =>
        RowsAsync(new Statement(UnsentSql), cancellationToken);

    /// <summary>One is at the second place.</summary>
    public Task SentAsync(long number, CancellationToken cancellationToken) =>
        database.WriteAsync([new Statement(_sentSql, number)], static row => row.FieldCount, cancellationToken);

    /// <summary>All keys, oldest first.</summary>
    public Task<List<AuditKeyRow>> KeysAsync(CancellationToken cancellationToken) => database.ReadAsync(
        new Statement("SELECT id, public, sealed, made_at FROM audit_key ORDER BY made_at, id"),
        row => new AuditKeyRow(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3)),
        cancellationToken);

    public Task AddKeyAsync(string id, string publicKey, string sealedKey, CancellationToken cancellationToken) =>
        database.WriteAsync(
            [new Statement(_addKeySql, id, publicKey, sealedKey)], static row => row.FieldCount, cancellationToken);

    /// <summary>The database's clock; microseconds since 1970.</summary>
    public async Task<long> NowAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        new Statement($"SELECT {database.Dialect.NowMicroseconds}"), row => row.GetInt64(0), cancellationToken))[0];

    /// <summary>The oldest month of the trail, as 202611, and its last record; null when the trail is empty.</summary>
    public async Task<(int Month, AuditHead End)?> OldestMonthAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            new Statement(OldestMonthSql),
            row => (row.GetInt32(2), new AuditHead(row.GetInt64(0), row.GetString(1))), cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>
    /// Takes the oldest month out of the trail. The database refuses when it is not 180 days past, or no checkpoint is
    /// of its last record.
    /// </summary>
    public Task ForgetAsync(int month, CancellationToken cancellationToken) => database.WriteAsync(
        [new Statement(database.Dialect.ForgetAuditMonth, (long)month)], static row => row.FieldCount,
        cancellationToken);

    private Task<List<CheckpointRow>> RowsAsync(Statement statement, CancellationToken cancellationToken) =>
        database.ReadAsync(
            statement, row => new CheckpointRow(row.GetInt64(0), row.GetInt64(1), row.GetString(2)),
            cancellationToken);
}
