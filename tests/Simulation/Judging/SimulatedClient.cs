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

    /// <summary>A rate of all tokens, and most of them in the month; null is any number.</summary>
    internal SimulatedRate? TokenRate { get; init; }

    internal long? TokenQuota { get; init; }

    /// <summary>Its calls reserve their whole caps, and not what its answers seldom pass.</summary>
    internal bool ReservesFullCap { get; init; }

    /// <summary>Edges may go on without its grain, within a budget.</summary>
    internal bool IsOpen { get; init; }

    /// <summary>None of its calls may begin that could not be logged.</summary>
    internal bool IsMetered { get; init; }

    /// <summary>Calls a second, on the average, while there are faults.</summary>
    internal double Load { get; init; }

    /// <summary>Calls a second at each edge, in bursts with pauses between them; 0: it calls at all times.</summary>
    internal double PulseLoad { get; init; }

    /// <summary>How long its calls are: most of them a part of this, some of them up to all of it.</summary>
    internal TimeSpan LongestCall { get; init; } = TimeSpan.FromMilliseconds(400);

    internal string ClientId => field ??= Names.ClientId(Tenant, Name);

    /// <summary>What its counts are stored under.</summary>
    internal string LedgerKey => IsTenant ? $"tenant/{Tenant}" : ClientId;

    internal string Plan => $"plan-{Name}";

    /// <summary>What its quota is stored under, if it has one.</summary>
    internal string QuotaKey => TokenQuota is null ? QuotaName : $"{QuotaName}/total-tokens/Month";

    internal bool HasQuota => Quota is not null || TokenQuota is not null;

    internal LimitDefinition[] Limits()
    {
        var limits = new List<LimitDefinition>();
        if (Rate is { } rate)
        {
            limits.Add(OfRate("rate", rate));
        }

        if (TokenRate is { } tokens)
        {
            limits.Add(OfRate("tokens", tokens) with { Unit = LimitUnit.TotalTokens });
        }

        if (Slots is { } slots)
        {
            limits.Add(new LimitDefinition { Name = "slots", Kind = LimitKind.Concurrency, Amount = slots });
        }

        if ((Quota ?? TokenQuota) is { } quota)
        {
            limits.Add(new LimitDefinition
            {
                Name = QuotaName, Kind = LimitKind.Quota, Amount = quota, Calendar = CalendarPeriod.Month,
                Unit = TokenQuota is null ? LimitUnit.Requests : LimitUnit.TotalTokens,
            });
        }

        return [.. limits];
    }

    private static LimitDefinition OfRate(string name, SimulatedRate rate) => new()
    {
        Name = name, Kind = LimitKind.Rate, Amount = rate.Amount, Burst = rate.Burst, Period = rate.Period,
    };
}
