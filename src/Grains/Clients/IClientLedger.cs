using Sluice.Rules.Limits;

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
    /// <summary>Raises the epoch and reads what is stored. An exception means that the outcome is unknown.</summary>
    Task<OpenedLedger> OpenAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a client's counts, all of them or none, durably before it answers. May be repeated. What is not named
    /// stays as it is. Nothing to store still tells whether the epoch is the newest.
    /// </summary>
    /// <returns>False when a newer activation has opened the client: this one must stop granting.</returns>
    Task<bool> ReserveAsync(
        string clientId, long epoch, LedgerReserve reserve, CancellationToken cancellationToken);
}

/// <param name="Epoch">The epoch of this opening; 1 or more, higher than any before.</param>
/// <param name="Reserves">What is stored for the client's quotas, of any period; empty for a new client.</param>
public sealed record OpenedLedger(long Epoch, IReadOnlyList<QuotaReserve> Reserves)
{
    /// <summary>What is stored for its rates.</summary>
    public IReadOnlyList<OpenedRate> Rates { get; init; } = [];

    /// <summary>What is stored for its edge sessions; none holds more slots.</summary>
    public IReadOnlyList<SlotReserve> Slots { get; init; } = [];

    /// <summary>
    /// How long ago the activation before stored something last, by the database's clock; never longer than it was.
    /// </summary>
    public TimeSpan SinceWritten { get; init; }
}

/// <summary>What to store, each key once.</summary>
/// <param name="Quotas">By quota and period.</param>
/// <param name="Rates">By rate.</param>
/// <param name="Slots">By edge session; a session with 0 slots is taken out.</param>
public sealed record LedgerReserve(
    IReadOnlyList<QuotaReserve> Quotas, IReadOnlyList<RateReserve> Rates, IReadOnlyList<SlotReserve> Slots)
{
    /// <summary>Nothing: asks whether the epoch is the newest.</summary>
    public static readonly LedgerReserve Nothing = new([], [], []);
}

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

/// <param name="Rate">The rate's key in its plan; 1 to 200 characters.</param>
/// <param name="Stored">No more of it has been spent, and none is before more is stored.</param>
public readonly record struct RateReserve(string Rate, StoredRate Stored);

/// <param name="Reserve">What is stored.</param>
/// <param name="Since">How long ago, by the database's clock; zero or more, and never longer than it was.</param>
public readonly record struct OpenedRate(RateReserve Reserve, TimeSpan Since);

/// <param name="EdgeSession">The edge session; 1 or more.</param>
/// <param name="Highest">Slots that it may hold; 0 or more.</param>
public readonly record struct SlotReserve(long EdgeSession, int Highest);
