using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>Between the ledger and the rules, which do not know each other.</summary>
internal static class LedgerMapping
{
    /// <summary>Where it is latest on earth, less UTC.</summary>
    private static readonly TimeSpan FirstZone = TimeSpan.FromHours(14);

    public static LedgerReserve ToLedger(this NextReserve next) => new(
        [.. next.Quotas.Select(quota =>
            new QuotaReserve(quota.Key, quota.Period.Number, quota.Reserved, quota.IsFirst))],
        [.. next.Rates.Select(rate => new RateReserve(rate.Key, rate.Rate))],
        [.. next.Slots.Select(slots => new SlotReserve(slots.EdgeSession, slots.Highest))]);

    /// <summary>What counts of it now.</summary>
    public static StoredCounts ToRule(this OpenedLedger opened, ClientPolicy policy, DateTimeOffset now) => new(
        opened.Reserves.Where(reserve => IsOfNow(reserve, policy, now)).GroupBy(reserve => reserve.Quota).ToDictionary(
            reserves => reserves.Key,
            reserves => RecoveredOf(reserves.MaxBy(reserve => reserve.Period))),
        opened.Rates.ToDictionary(
            rate => rate.Reserve.Rate, rate => new RateStored(rate.Reserve.Stored, rate.Since)),
        [.. opened.Slots.Select(slots => new StoredSlots(slots.EdgeSession, slots.Highest))])
    {
        SinceWritten = opened.SinceWritten,
    };

    private static Quota RecoveredOf(QuotaReserve stored) =>
        Quota.Recovered(new QuotaPeriod(stored.Period), stored.Reserved);

    /// <summary>
    /// Whether this is the count of the running period. Also of quotas that the policy does not have now: a client that
    /// comes back to one goes on where it was. One whose clock was ahead is not held in a period that is yet to come,
    /// unless that is the running one somewhere on earth: then it was counted by another zone's calendar, and a count
    /// never goes back to an earlier period.
    /// </summary>
    private static bool IsOfNow(QuotaReserve stored, ClientPolicy policy, DateTimeOffset now)
    {
        if (CountLimit.SpanOf(stored.Quota) is not { } span)
        {
            return false;
        }

        var calendar = new QuotaCalendar(span);
        foreach (var quota in policy.Quotas)
        {
            calendar = quota.Key == stored.Quota ? quota.Calendar : calendar;
        }

        return stored.Period >= calendar.PeriodOf(now).Number
            && stored.Period <= new QuotaCalendar(span).PeriodOf(now + FirstZone).Number;
    }
}
