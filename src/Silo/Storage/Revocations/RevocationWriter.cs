using System.Collections.Immutable;
using Sluice.Rules.Revocations;

namespace Sluice.Silo.Storage.Revocations;

/// <summary>
/// Publishes what a state ends, in the transaction that stores the state. The number of an entry is taken from one row,
/// whose lock is held until the commit: who reads an entry can read all before it, and none is ever missing.
/// </summary>
internal sealed class RevocationWriter(IDatabase database, RevocationMetrics metrics)
{
    // The version is compared here and the row locked: if another writer was first, nothing is published, as nothing
    // is stored then; and from here on nobody is first any more.
    private readonly string _countSql = $"""
        UPDATE revocation_feed SET last = last + $6
        WHERE EXISTS (
            SELECT 1 FROM grain_state WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3 AND version = $4
            {database.Dialect.LockRow})
          AND {database.Dialect.Fence("$5")}
        """;

    private readonly string _insertSql = $"""
        INSERT INTO revocation (sequence, kind, subject, number, revoked_at, ends_at)
        SELECT last - $6, $7, $8, $9,
               {database.Dialect.NowMicroseconds}, {database.Dialect.NowMicroseconds} + $10
        FROM revocation_feed
        WHERE EXISTS (
            SELECT 1 FROM grain_state
            WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3 AND version = $4)
          AND {database.Dialect.Fence("$5")}
        """;

    /// <summary>Entries of this process are durable: who waits for entries need not wait for the next look.</summary>
    public event Action? Appended;

    /// <summary>To be run before the state is written, in the same transaction.</summary>
    /// <param name="key">Type, key and name of the state.</param>
    /// <param name="version">The version that the write is based on.</param>
    /// <param name="siloId">For the fence.</param>
    /// <param name="revokes">At least one; their sequence is given here.</param>
    public IReadOnlyList<Statement> Statements(
        object[] key, long version, long siloId, ImmutableArray<Revocation> revokes)
    {
        var statements = new List<Statement> { new(_countSql, [.. key, version, siloId, (long)revokes.Length]) };
        for (var i = 0; i < revokes.Length; i++)
        {
            var (_, kind, subject, number, lives) = revokes[i];
            statements.Add(new Statement(
                _insertSql,
                [
                    .. key, version, siloId, (long)(revokes.Length - 1 - i), (long)kind, subject, number,
                    lives.Ticks / TimeSpan.TicksPerMicrosecond,
                ]));
        }

        return statements;
    }

    /// <summary>They were stored.</summary>
    public void Published(ImmutableArray<Revocation> revokes)
    {
        foreach (var revoked in revokes)
        {
            metrics.Published(revoked.Kind);
        }

        if (!revokes.IsEmpty)
        {
            Appended?.Invoke();
        }
    }
}
