using System.Data.Common;
using Sluice.Silo.Storage.Membership;

namespace Sluice.Silo.Storage.Ledger;

/// <summary>
/// Writes the calls that wait together in one statement of PostgreSQL: one round trip and one commit for all of them.
/// </summary>
internal sealed class GroupedReserveWriter : IReserveWriter
{
    // The update is the fence: it locks the client's row, and after waiting compares the epoch as it is then. A period
    // that begins lets old ones be forgotten: three of those before it stay, by rank as when a client is opened.
    private static readonly string Sql = $"""
        WITH held AS (
            UPDATE client_ledger AS ledger
            SET write_number = calls.write_number, written_at = {SqlDialect.PostgreSql.NowMicroseconds}
            FROM unnest($1, $2, $3) AS calls (client_id, epoch, write_number)
            WHERE ledger.client_id = calls.client_id
              AND ledger.epoch = calls.epoch
              AND ledger.write_number < calls.write_number
              AND {SqlDialect.PostgreSql.Fence("$4")}
            RETURNING ledger.client_id
        ), quotas AS (
            INSERT INTO client_quota (client_id, quota, period, reserved)
            SELECT client_id, quota, period, reserved
            FROM held JOIN unnest($5, $6, $7, $8) AS reserves (client_id, quota, period, reserved) USING (client_id)
            ON CONFLICT (client_id, quota, period) DO UPDATE SET reserved = excluded.reserved
        ), forgotten AS (
            DELETE FROM client_quota AS old
            USING held JOIN unnest($5, $6, $20) AS reserves (client_id, quota, is_first) USING (client_id)
            WHERE reserves.is_first AND old.client_id = reserves.client_id AND old.quota = reserves.quota
              AND old.period < (
                SELECT period FROM client_quota AS kept
                WHERE kept.client_id = reserves.client_id AND kept.quota = reserves.quota
                ORDER BY period DESC OFFSET 2 LIMIT 1)
        ), rates AS (
            INSERT INTO client_rate (client_id, rate, capacity, refill, period, missing, ahead, held, stored_at)
            SELECT client_id, rate, capacity, refill, period, missing, ahead, out,
                   {SqlDialect.PostgreSql.NowMicroseconds}
            FROM held JOIN unnest($9, $10, $11, $12, $13, $14, $15, $16)
                AS reserves (client_id, rate, capacity, refill, period, missing, ahead, out) USING (client_id)
            ON CONFLICT (client_id, rate) DO UPDATE SET
                capacity = excluded.capacity, refill = excluded.refill, period = excluded.period,
                missing = excluded.missing, ahead = excluded.ahead, held = excluded.held,
                stored_at = excluded.stored_at
        ), slots AS (
            INSERT INTO client_slots (client_id, edge_session, highest)
            SELECT client_id, edge_session, highest
            FROM held JOIN unnest($17, $18, $19) AS reserves (client_id, edge_session, highest) USING (client_id)
            WHERE highest > 0
            ON CONFLICT (client_id, edge_session) DO UPDATE SET highest = excluded.highest
        ), gone AS (
            DELETE FROM client_slots AS slots
            USING held JOIN unnest($17, $18, $19) AS reserves (client_id, edge_session, highest) USING (client_id)
            WHERE slots.client_id = held.client_id AND slots.edge_session = reserves.edge_session
              AND reserves.highest = 0
        )
        SELECT client_id FROM held
        """;

    private readonly IDatabase _database;
    private readonly SiloIdentity _silo;
    private readonly GroupWriter<ReserveCall, bool> _group;

    public GroupedReserveWriter(IDatabase database, SiloIdentity silo, TimeSpan timeout, TimeProvider time)
    {
        (_database, _silo) = (database, silo);
        _group = new GroupWriter<ReserveCall, bool>(
            WriteGroupAsync, call => call.ClientId, IsRefusalOfOneCall, timeout, time);
    }

    /// <summary>Statements sent so far.</summary>
    public long Groups => _group.Groups;

    public Task<bool> WriteAsync(ReserveCall call, CancellationToken cancellationToken) =>
        _group.WriteAsync(call, cancellationToken);

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    private async Task<IReadOnlyList<bool>> WriteGroupAsync(IReadOnlyList<ReserveCall> calls)
    {
        // In one order everywhere, so that two silos seldom wait for each other's rows crosswise.
        var ordered = calls.OrderBy(call => call.ClientId, StringComparer.Ordinal).ToArray();
        var quotas = Flat(ordered, call => call.Reserve.Quotas);
        var rates = Flat(ordered, call => call.Reserve.Rates);
        var slots = Flat(ordered, call => call.Reserve.Slots);
        var held = await _database.WriteAsync(
            [
                new Statement(
                    Sql,
                    Column(ordered, call => call.ClientId),
                    Column(ordered, call => call.Epoch),
                    Column(ordered, call => call.WriteNumber),
                    _silo.SiloId,
                    Column(quotas, one => one.ClientId),
                    Column(quotas, one => one.Reserve.Quota),
                    Column(quotas, one => one.Reserve.Period),
                    Column(quotas, one => one.Reserve.Reserved),
                    Column(rates, one => one.ClientId),
                    Column(rates, one => one.Reserve.Rate),
                    Column(rates, one => one.Reserve.Stored.Limit.Capacity),
                    Column(rates, one => one.Reserve.Stored.Limit.Refill),
                    Column(rates, one => one.Reserve.Stored.Limit.Period.Ticks),
                    Column(rates, one => one.Reserve.Stored.Missing),
                    Column(rates, one => one.Reserve.Stored.Ahead),
                    Column(rates, one => one.Reserve.Stored.Out),
                    Column(slots, one => one.ClientId),
                    Column(slots, one => one.Reserve.EdgeSession),
                    Column(slots, one => one.Reserve.Highest),
                    Column(quotas, one => one.Reserve.IsFirst)),
            ],
            row => row.GetString(0),
            CancellationToken.None);
        var stored = held.ToHashSet();
        return [.. calls.Select(call => stored.Contains(call.ClientId))];
    }

    private static (string ClientId, T Reserve)[] Flat<T>(
        ReserveCall[] calls, Func<ReserveCall, IReadOnlyList<T>> reserves) =>
        [.. from call in calls from reserve in reserves(call) select (call.ClientId, reserve)];

    private static T[] Column<TRow, T>(TRow[] rows, Func<TRow, T> value) => Array.ConvertAll(rows, row => value(row));

    /// <summary>
    /// The database refused the values of some call (classes 22 and 23), or one of two crossing statements (40): it has
    /// taken the whole statement back, and each call can be tried by itself.
    /// </summary>
    private static bool IsRefusalOfOneCall(Exception exception) =>
        exception is DbException { SqlState: { Length: 5 } state } && state[..2] is ("22" or "23" or "40");
}
