using System.Data.Common;
using Sluice.Grains.Clients;
using Sluice.Rules.Limits;

namespace Sluice.Silo.Storage.Ledger;

/// <summary>One row of what an opening reads; the columns mean what its kind says.</summary>
internal readonly record struct LedgerRow(
    long Epoch, long SinceWritten, LedgerRow.Kinds Kind, string Key, long A, long B, long C, long D, long E, long F,
    long G)
{
    /// <summary>What a row tells of.</summary>
    internal enum Kinds
    {
        Client = 0,
        Quota = 1,
        Rate = 2,
        Slots = 3,
    }

    /// <summary>
    /// All that is stored of client $1, in one answer, unless silo $2 is dead. Times since something was stored are
    /// worked out here, by the clock that stored it.
    /// </summary>
    public static string ReadSql(SqlDialect dialect) => $"""
        WITH opened AS (
            SELECT client_id, epoch, {dialect.NowMicroseconds} - written_at AS since
            FROM client_ledger WHERE client_id = $1 AND {dialect.Fence("$2")}
        )
        SELECT epoch, since, 0 AS kind, '' AS name, 0 AS a, 0 AS b, 0 AS c, 0 AS d, 0 AS e, 0 AS f, 0 AS g
        FROM opened
        UNION ALL
        SELECT epoch, since, 1, quota, period, reserved, 0, 0, 0, 0, 0
        FROM opened JOIN client_quota ON client_quota.client_id = opened.client_id
        UNION ALL
        SELECT epoch, since, 2, rate, {dialect.NowMicroseconds} - stored_at, capacity, refill, period, missing, ahead,
               held
        FROM opened JOIN client_rate ON client_rate.client_id = opened.client_id
        UNION ALL
        SELECT epoch, since, 3, '', edge_session, highest, 0, 0, 0, 0, 0
        FROM opened JOIN client_slots ON client_slots.client_id = opened.client_id
        ORDER BY kind, name, a
        """;

    public static LedgerRow Of(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), (Kinds)row.GetInt32(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5),
        row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10));

    public static OpenedLedger Opened(IReadOnlyList<LedgerRow> rows) => new(
        rows[0].Epoch,
        [.. from row in rows where row.Kind is Kinds.Quota select new QuotaReserve(row.Key, row.A, row.B)])
    {
        Rates = [.. from row in rows where row.Kind is Kinds.Rate select row.ToRate()],
        Slots = [.. from row in rows where row.Kind is Kinds.Slots select new SlotReserve(row.A, (int)row.B)],
        SinceWritten = Time(rows[0].SinceWritten),
    };

    private OpenedRate ToRate()
    {
        var limit = new BucketLimit(B, C, new TimeSpan(D));
        return new OpenedRate(new RateReserve(Key, new StoredRate(limit, E, F, G)), Time(A));
    }

    /// <summary>
    /// Less a millisecond, because both times are rounded to one on SQLite; and a clock that went back is no time.
    /// </summary>
    private static TimeSpan Time(long microseconds) =>
        TimeSpan.FromMicroseconds(Math.Clamp(microseconds - 1000, 0, long.MaxValue / 100));
}
