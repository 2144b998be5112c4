namespace Sluice.Grains.Clients;

/// <summary>
/// Where a client's counts outlive its grain. The silo implements it over its database; grains know no database.
/// </summary>
/// <remarks>
/// Opening raises the client's epoch, and every write names the epoch it was opened with: what an older activation
/// still tries to write is refused from then on. No correctness rests on there being one activation at a time.
/// </remarks>
public interface IClientLedger
{
    /// <summary>Raises the epoch and reads what is reserved. An exception means that the outcome is unknown.</summary>
    Task<OpenedLedger> OpenAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>
    /// Stores reserves, all of them or none, durably before it answers. May be repeated.
    /// </summary>
    /// <returns>False when a newer activation has opened the client: this one must stop granting.</returns>
    Task<bool> ReserveAsync(
        string clientId, long epoch, IReadOnlyList<QuotaReserve> reserves, CancellationToken cancellationToken);
}

/// <param name="Epoch">The epoch of this opening; 1 or more, higher than any before.</param>
/// <param name="Reserves">What is stored for the client's quotas, of any period; empty for a new client.</param>
public sealed record OpenedLedger(long Epoch, IReadOnlyList<QuotaReserve> Reserves);

/// <param name="Quota">
/// What the quota's count is kept under: its name in its plan, and its unit and calendar where they are not requests by
/// the month.
/// </param>
/// <param name="Period">Number of the calendar period; comparable with others of the same quota.</param>
/// <param name="Reserved">Units that may be spent in the period; 0 or more.</param>
/// <param name="IsFirst">
/// The writer's first of this period: older ones may be forgotten, three stay. False in what is read.
/// </param>
public readonly record struct QuotaReserve(string Quota, long Period, long Reserved, bool IsFirst = false);
