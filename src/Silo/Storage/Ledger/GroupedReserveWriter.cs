using System.Data.Common;
using Sluice.Grains.Clients;
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
            UPDATE client_ledger AS ledger SET write_number = calls.write_number
            FROM unnest($1, $2, $3) AS calls (client_id, epoch, write_number)
            WHERE ledger.client_id = calls.client_id
              AND ledger.epoch = calls.epoch
              AND ledger.write_number < calls.write_number
              AND {SqlDialect.PostgreSql.Fence("$8")}
            RETURNING ledger.client_id
        ), reserved AS (
            INSERT INTO client_quota (client_id, quota, period, reserved)
            SELECT client_id, quota, period, reserved
            FROM held JOIN unnest($4, $5, $6, $7) AS reserves (client_id, quota, period, reserved) USING (client_id)
            ON CONFLICT (client_id, quota, period) DO UPDATE SET reserved = excluded.reserved
        ), forgotten AS (
            DELETE FROM client_quota AS old
            USING held JOIN unnest($4, $5, $9) AS reserves (client_id, quota, is_first) USING (client_id)
            WHERE reserves.is_first AND old.client_id = reserves.client_id AND old.quota = reserves.quota
              AND old.period < (
                SELECT period FROM client_quota AS kept
                WHERE kept.client_id = reserves.client_id AND kept.quota = reserves.quota
                ORDER BY period DESC OFFSET 2 LIMIT 1)
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
        (string ClientId, QuotaReserve Reserve)[] reserves =
            [.. from call in ordered from reserve in call.Reserves select (call.ClientId, reserve)];
        var held = await _database.WriteAsync(
            [
                new Statement(
                    Sql,
                    ordered.Select(call => call.ClientId).ToArray(),
                    ordered.Select(call => call.Epoch).ToArray(),
                    ordered.Select(call => call.WriteNumber).ToArray(),
                    reserves.Select(one => one.ClientId).ToArray(),
                    reserves.Select(one => one.Reserve.Quota).ToArray(),
                    reserves.Select(one => one.Reserve.Period).ToArray(),
                    reserves.Select(one => one.Reserve.Reserved).ToArray(),
                    _silo.SiloId,
                    reserves.Select(one => one.Reserve.IsFirst).ToArray()),
            ],
            row => row.GetString(0),
            CancellationToken.None);
        var stored = held.ToHashSet();
        return [.. calls.Select(call => stored.Contains(call.ClientId))];
    }

    /// <summary>
    /// The database refused the values of some call (classes 22 and 23), or one of two crossing statements (40): it has
    /// taken the whole statement back, and each call can be tried by itself.
    /// </summary>
    private static bool IsRefusalOfOneCall(Exception exception) =>
        exception is DbException { SqlState: { Length: 5 } state } && state[..2] is ("22" or "23" or "40");
}
