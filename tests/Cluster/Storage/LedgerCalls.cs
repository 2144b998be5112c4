using Sluice.Grains.Clients;

namespace Sluice.Cluster.Storage;

/// <summary>Calls of the ledger that store one kind of counts.</summary>
internal static class LedgerCalls
{
    public static Task<bool> ReserveAsync(
        this IClientLedger ledger, string clientId, long epoch, IReadOnlyList<QuotaReserve> quotas,
        CancellationToken cancellationToken) =>
        ledger.ReserveAsync(clientId, epoch, new LedgerReserve(quotas, [], []), cancellationToken);
}
