namespace Sluice.Silo.Storage.Ledger;

/// <summary>Writes each call by itself, for a database that already commits concurrent writes together.</summary>
internal sealed class SingleReserveWriter(IDatabase database) : IReserveWriter
{
    private const string HoldSql = """
        UPDATE client_ledger SET write_number = $3 WHERE client_id = $1 AND epoch = $2 AND write_number < $3
        """;

    // The write number is ours only if the epoch was: it is never given twice.
    private const string ReserveSql = """
        INSERT INTO client_quota (client_id, quota, period, reserved)
        SELECT client_id, $4, $5, $6 FROM client_ledger WHERE client_id = $1 AND epoch = $2 AND write_number = $3
        ON CONFLICT (client_id, quota, period) DO UPDATE SET reserved = excluded.reserved
        """;

    // Three of the periods before the one that begins stay.
    private const string ForgetSql = """
        DELETE FROM client_quota WHERE client_id = $1 AND quota = $4
          AND EXISTS (SELECT 1 FROM client_ledger WHERE client_id = $1 AND epoch = $2 AND write_number = $3)
          AND period < (
            SELECT period FROM client_quota WHERE client_id = $1 AND quota = $4 ORDER BY period DESC LIMIT 1 OFFSET 3)
        """;

    private const string AnswerSql = """
        SELECT 1 FROM client_ledger WHERE client_id = $1 AND epoch = $2 AND write_number = $3
        """;

    public async Task<bool> WriteAsync(ReserveCall call, CancellationToken cancellationToken)
    {
        object[] held = [call.ClientId, call.Epoch, call.WriteNumber];
        var rows = await database.WriteAsync(
            [
                new Statement(HoldSql, held),
                .. call.Reserves.Select(reserve =>
                    new Statement(ReserveSql, [.. held, reserve.Quota, reserve.Period, reserve.Reserved])),
                .. call.Reserves.Where(reserve => reserve.IsFirst).Select(reserve =>
                    new Statement(ForgetSql, [.. held, reserve.Quota])),
                new Statement(AnswerSql, held),
            ],
            row => row.GetInt64(0),
            cancellationToken);
        return rows.Count == 1;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
