using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>Between the ledger and the rules, which do not know each other.</summary>
internal static class LedgerMapping
{
    public static LedgerReserve ToLedger(this NextReserve next) => new(
        [.. next.Quotas.Select(quota => new QuotaReserve(quota.Key, (int)quota.Period.Number, quota.Reserved))],
        [.. next.Rates.Select(rate => new RateReserve(rate.Key, rate.Rate))],
        [.. next.Slots.Select(slots => new SlotReserve(slots.EdgeSession, slots.Highest))]);

    /// <summary>What counts of it in a period.</summary>
    public static StoredCounts ToRule(this OpenedLedger opened, QuotaPeriod period) => new(
        opened.Reserves.Where(reserve => reserve.Period == period.Number).ToDictionary(
            reserve => reserve.Quota,
            reserve => Quota.Recovered(new QuotaPeriod(reserve.Period), reserve.Reserved)),
        opened.Rates.ToDictionary(
            rate => rate.Reserve.Rate, rate => new RateStored(rate.Reserve.Stored, rate.Since)),
        [.. opened.Slots.Select(slots => new StoredSlots(slots.EdgeSession, slots.Highest))]);
}
