using Sluice.Grains.Clients;

namespace Sluice.Silo.Storage.Ledger;

/// <summary>Writes each call by itself, for a database that already commits concurrent writes together.</summary>
internal sealed class SingleReserveWriter(IDatabase database) : IReserveWriter
{
    private readonly string _holdSql = $"""
        UPDATE client_ledger SET write_number = $3, written_at = {database.Dialect.NowMicroseconds}
        WHERE client_id = $1 AND epoch = $2 AND write_number < $3
        """;

    private const string IsHeld =
        "FROM client_ledger WHERE client_id = $1 AND epoch = $2 AND write_number = $3";

    // The write number is ours only if the epoch was: it is never given twice.
    private const string QuotaSql = $"""
        INSERT INTO client_quota (client_id, quota, period, reserved)
        SELECT client_id, $4, $5, $6 {IsHeld}
        ON CONFLICT (client_id, quota, period) DO UPDATE SET reserved = excluded.reserved
        """;

    // Three of the periods before the one that begins stay.
    private const string ForgetSql = """
        DELETE FROM client_quota WHERE client_id = $1 AND quota = $4
          AND EXISTS (SELECT 1 FROM client_ledger WHERE client_id = $1 AND epoch = $2 AND write_number = $3)
          AND period < (
            SELECT period FROM client_quota WHERE client_id = $1 AND quota = $4 ORDER BY period DESC LIMIT 1 OFFSET 3)
        """;

    private readonly string _rateSql = $"""
        INSERT INTO client_rate (client_id, rate, capacity, refill, period, missing, ahead, held, stored_at)
        SELECT client_id, $4, $5, $6, $7, $8, $9, $10, {database.Dialect.NowMicroseconds} {IsHeld}
        ON CONFLICT (client_id, rate) DO UPDATE SET
            capacity = excluded.capacity, refill = excluded.refill, period = excluded.period,
            missing = excluded.missing, ahead = excluded.ahead, held = excluded.held, stored_at = excluded.stored_at
        """;

    private const string SlotsSql = $"""
        INSERT INTO client_slots (client_id, edge_session, highest)
        SELECT client_id, $4, $5 {IsHeld}
        ON CONFLICT (client_id, edge_session) DO UPDATE SET highest = excluded.highest
        """;

    private const string NoSlotsSql = $"""
        DELETE FROM client_slots
        WHERE client_id = $1 AND edge_session = $4 AND EXISTS (SELECT 1 {IsHeld})
        """;

    private const string AnswerSql = $"SELECT 1 {IsHeld}";

    public async Task<bool> WriteAsync(ReserveCall call, CancellationToken cancellationToken)
    {
        object[] held = [call.ClientId, call.Epoch, call.WriteNumber];
        var rows = await database.WriteAsync(
            [
                new Statement(_holdSql, held),
                .. call.Reserve.Quotas.Select(quota =>
                    new Statement(QuotaSql, [.. held, quota.Quota, quota.Period, quota.Reserved])),
                .. call.Reserve.Quotas.Where(quota => quota.IsFirst).Select(quota =>
                    new Statement(ForgetSql, [.. held, quota.Quota])),
                .. call.Reserve.Rates.Select(rate => RateStatement(held, rate)),
                .. call.Reserve.Slots.Select(slots => slots.Highest > 0
                    ? new Statement(SlotsSql, [.. held, slots.EdgeSession, slots.Highest])
                    : new Statement(NoSlotsSql, [.. held, slots.EdgeSession])),
                new Statement(AnswerSql, held),
            ],
            row => row.GetInt64(0),
            cancellationToken);
        return rows.Count == 1;
    }

    private Statement RateStatement(object[] held, RateReserve rate)
    {
        var (limit, missing, ahead, isOut) = rate.Stored;
        return new Statement(
            _rateSql,
            [.. held, rate.Rate, limit.Capacity, limit.Refill, limit.Period.Ticks, missing, ahead, isOut]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
