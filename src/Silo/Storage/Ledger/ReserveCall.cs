using Sluice.Grains.Clients;

namespace Sluice.Silo.Storage.Ledger;

/// <summary>One call of <see cref="IClientLedger.ReserveAsync"/> on its way to the database.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="Epoch">The epoch that the caller opened it with.</param>
/// <param name="WriteNumber">
/// Counts the calls of this process. A write that the network kept back must not undo a later one of the same epoch:
/// counts may be lowered, so the numbers alone do not tell which one is newer.
/// </param>
/// <param name="Reserve">What to store; no key twice.</param>
internal sealed record ReserveCall(string ClientId, long Epoch, long WriteNumber, LedgerReserve Reserve);

/// <summary>Puts calls into the database.</summary>
internal interface IReserveWriter : IAsyncDisposable
{
    /// <summary>
    /// True when the call's epoch is the newest and everything of it is stored; false when nothing is.
    /// </summary>
    Task<bool> WriteAsync(ReserveCall call, CancellationToken cancellationToken);
}
