using System.Collections.Immutable;
using System.Data.Common;
using Sluice.Rules.Revocations;

namespace Sluice.Silo.Storage.Revocations;

/// <summary>The feed of revocations at rest.</summary>
internal sealed class RevocationTable(IDatabase database)
{
    /// <summary>Entries in one reading; the next one has the others.</summary>
    public const int EntriesMost = 1_000;

    // A year: longer than any key or token lives, and far from where times overflow.
    private const long LivesMost = 365L * 24 * 60 * 60 * 1_000_000;

    // One statement sees one state of the table: its last number, and all entries up to it. One row more than is taken
    // tells whether there are more.
    private readonly string _readSql = string.Create(null, $"""
        SELECT feed.last, feed.trimmed, entry.sequence, entry.kind, entry.subject, entry.number,
               entry.ends_at - {database.Dialect.NowMicroseconds}
        FROM revocation_feed feed LEFT JOIN revocation entry ON entry.sequence > $1
        ORDER BY entry.sequence LIMIT {EntriesMost + 1}
        """);

    // The row is locked as by who appends, so that nobody reads between the two.
    private readonly string _trimSql = $"""
        UPDATE revocation_feed SET trimmed = (
            SELECT max(sequence) FROM revocation WHERE ends_at <= {database.Dialect.NowMicroseconds})
        WHERE trimmed < (SELECT max(sequence) FROM revocation WHERE ends_at <= {database.Dialect.NowMicroseconds})
        """;

    // The clock may have gone on: what is over only now stays until the horizon has passed it.
    private readonly string _deleteSql = $"""
        DELETE FROM revocation
        WHERE ends_at <= {database.Dialect.NowMicroseconds}
          AND sequence <= (SELECT trimmed FROM revocation_feed)
        """;

    private readonly record struct Row(long Last, long Trimmed, Revocation? Entry);

    /// <summary>What is stored after an entry: all of it, or the first <see cref="EntriesMost"/>.</summary>
    public async Task<FeedReading> ReadAsync(long after, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(new Statement(_readSql, after), RowOf, cancellationToken);
        var entries = rows.Where(row => row.Entry is not null).Select(row => row.Entry!.Value).ToImmutableArray();
        return entries.Length > EntriesMost
            ? new FeedReading(after, rows[0].Last, rows[0].Trimmed, entries[..EntriesMost], IsWhole: false)
            : new FeedReading(after, rows[0].Last, rows[0].Trimmed, entries, IsWhole: true);
    }

    /// <summary>Deletes what can matter to nobody any more, and says up to where.</summary>
    public Task TrimAsync(CancellationToken cancellationToken) => database.WriteAsync(
        [new Statement(_trimSql), new Statement(_deleteSql)], static row => row.FieldCount, cancellationToken);

    private static Row RowOf(DbDataReader row) => new(
        row.GetInt64(0),
        row.GetInt64(1),
        row.IsDBNull(2)
            ? null
            : new Revocation(
                row.GetInt64(2), (RevocationKind)row.GetInt64(3), row.GetString(4), row.GetInt64(5),
                TimeSpan.FromMicroseconds(Math.Clamp(row.GetInt64(6), 0, LivesMost))));
}
