using Sluice.Grains.Clients;
using Sluice.Silo.Storage.Membership;

namespace Sluice.Silo.Storage.Ledger;

/// <summary>The counts of all clients in the database, fenced by an epoch per client.</summary>
/// <remarks>
/// An epoch belongs to the process that opened it. Every write locks the client's row and compares the epoch there, so
/// that once a newer epoch is committed no write of an older one can follow. A silo that was declared dead opens none:
/// it would take the client away from its new owner.
/// </remarks>
internal sealed class DatabaseClientLedger(IDatabase database, IReserveWriter writer, SiloFence fence) : IClientLedger
{
    // First and by itself: whoever still writes for an older epoch either committed before this, or is refused.
    private readonly string _raiseEpochSql = $"""
        INSERT INTO client_ledger (client_id, epoch, write_number)
        SELECT $1, 1, 0 WHERE {database.Dialect.Fence("$2")}
        ON CONFLICT (client_id) DO UPDATE SET epoch = client_ledger.epoch + 1, write_number = 0
        """;

    // Three periods of a quota stay. By rank and not by distance: a clock that once ran ahead must not delete today.
    private const string ForgetOldPeriodsSql = """
        DELETE FROM client_quota WHERE client_id = $1 AND (quota, period) IN (
            SELECT quota, period FROM (
                SELECT quota, period, row_number() OVER (PARTITION BY quota ORDER BY period DESC) AS age
                FROM client_quota WHERE client_id = $1) AS ranked
            WHERE age > 3)
        """;

    // A statement of its own, after the row is ours: it must see what an older activation committed while we waited.
    private readonly string _readSql = LedgerRow.ReadSql(database.Dialect);

    private long _lastWriteNumber;

    public async Task<OpenedLedger> OpenAsync(string clientId, CancellationToken cancellationToken)
    {
        var siloId = fence.SiloId;
        var rows = await database.WriteAsync(
            [
                new Statement(_raiseEpochSql, clientId, siloId),
                new Statement(ForgetOldPeriodsSql, clientId),
                new Statement(_readSql, clientId, siloId),
            ],
            LedgerRow.Of,
            cancellationToken);
        if (rows.Count == 0)
        {
            await fence.ThrowIfDeadAsync($"The ledger of {clientId}", cancellationToken);
        }

        return LedgerRow.Opened(rows);
    }

    /// <exception cref="ArgumentException">A key stands twice, or a count is below 0.</exception>
    public Task<bool> ReserveAsync(
        string clientId, long epoch, LedgerReserve reserve, CancellationToken cancellationToken)
    {
        var (quotas, rates, slots) = reserve;
        if (quotas.DistinctBy(quota => (quota.Quota, quota.Period)).Count() < quotas.Count
            || rates.DistinctBy(rate => rate.Rate).Count() < rates.Count
            || slots.DistinctBy(one => one.EdgeSession).Count() < slots.Count
            || quotas.Any(quota => quota.Reserved < 0)
            || rates.Any(rate => !rate.Stored.IsPossible)
            || slots.Any(one => one.Highest < 0))
        {
            throw new ArgumentException(
                "Each quota of a period, rate and session stands once, with 0 or more units.", nameof(reserve));
        }

        var number = Interlocked.Increment(ref _lastWriteNumber);
        return writer.WriteAsync(new ReserveCall(clientId, epoch, number, reserve), cancellationToken);
    }
}
