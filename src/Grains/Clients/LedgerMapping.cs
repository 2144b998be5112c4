using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>Between the ledger and the rules, which do not know each other.</summary>
internal static class LedgerMapping
{
    public static LedgerReserve ToLedger(this NextReserve next) => new(
        [.. next.Quotas.Select(quota =>
            new QuotaReserve(quota.Key, quota.Period.Number, quota.Reserved, quota.IsFirst))],
        [.. next.Rates.Select(rate => new RateReserve(rate.Key, rate.Rate))],
        [.. next.Slots.Select(slots => new SlotReserve(slots.EdgeSession, slots.Highest))]);

    /// <summary>What counts of it now.</summary>
    public static StoredCounts ToRule(this OpenedLedger opened, ClientPolicy policy, DateTimeOffset now) => new(
        opened.Reserves.Where(reserve => IsOfNow(reserve, policy, now)).ToDictionary(
            reserve => reserve.Quota,
            reserve => Quota.Recovered(new QuotaPeriod(reserve.Period), reserve.Reserved)),
        opened.Rates.ToDictionary(
            rate => rate.Reserve.Rate, rate => new RateStored(rate.Reserve.Stored, rate.Since)),
        [.. opened.Slots.Select(slots => new StoredSlots(slots.EdgeSession, slots.Highest))])
    {
        SinceWritten = opened.SinceWritten,
    };

    /// <summary>
    /// Whether this is the count of the running period. Also of quotas that the policy does not have now: a client that
    /// comes back to one goes on where it was. One whose clock was ahead is not held in a period that is yet to come.
    /// </summary>
    private static bool IsOfNow(QuotaReserve stored, ClientPolicy policy, DateTimeOffset now)
    {
        foreach (var quota in policy.Quotas)
        {
            if (quota.Key == stored.Quota)
            {
                return quota.Calendar.PeriodOf(now).Number == stored.Period;
            }
        }

        return CountLimit.SpanOf(stored.Quota) is { } span
            && new QuotaCalendar(span).PeriodOf(now).Number == stored.Period;
    }
}
