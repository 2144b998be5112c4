using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules;

namespace Sluice.Simulation.Judging;

/// <param name="Burst">Most requests at once.</param>
/// <param name="Amount">Requests added every <paramref name="Period"/>.</param>
/// <param name="Period">Longer than zero.</param>
internal sealed record SimulatedRate(long Burst, long Amount, TimeSpan Period);

/// <summary>One client: what it may do, and what it does.</summary>
internal sealed record SimulatedClient
{
    /// <summary>A tenant without limits.</summary>
    internal const string FreeTenant = "acme";

    internal const string QuotaName = "monthly";

    internal required string Name { get; init; }

    internal string Tenant { get; init; } = FreeTenant;

    /// <summary>True: these are the limits of the tenant, whose clients' calls it counts; nobody calls as it.</summary>
    internal bool IsTenant { get; init; }

    internal SimulatedRate? Rate { get; init; }

    /// <summary>Most calls at the same time; null is any number.</summary>
    internal long? Slots { get; init; }

    /// <summary>Most calls in the month; null is any number.</summary>
    internal long? Quota { get; init; }

    /// <summary>Calls a second, on the average, while there are faults.</summary>
    internal double Load { get; init; }

    /// <summary>How long its calls are: most of them a part of this, some of them up to all of it.</summary>
    internal TimeSpan LongestCall { get; init; } = TimeSpan.FromMilliseconds(400);

    internal string ClientId => field ??= Names.ClientId(Tenant, Name);

    /// <summary>What its counts are stored under.</summary>
    internal string LedgerKey => IsTenant ? $"tenant/{Tenant}" : ClientId;

    internal string Plan => $"plan-{Name}";

    internal LimitDefinition[] Limits()
    {
        var limits = new List<LimitDefinition>();
        if (Rate is { } rate)
        {
            limits.Add(new LimitDefinition
            {
                Name = "rate", Kind = LimitKind.Rate, Amount = rate.Amount, Burst = rate.Burst, Period = rate.Period,
            });
        }

        if (Slots is { } slots)
        {
            limits.Add(new LimitDefinition { Name = "slots", Kind = LimitKind.Concurrency, Amount = slots });
        }

        if (Quota is { } quota)
        {
            limits.Add(new LimitDefinition
            {
                Name = QuotaName, Kind = LimitKind.Quota, Amount = quota, Calendar = CalendarPeriod.Month,
            });
        }

        return [.. limits];
    }
}
