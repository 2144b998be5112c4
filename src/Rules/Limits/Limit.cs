namespace Sluice.Rules.Limits;

/// <summary>What a limit bounds.</summary>
public enum LimitKind
{
    None,

    /// <summary>A burst at once, then so many per period.</summary>
    Rate,

    /// <summary>So many at the same time.</summary>
    Concurrency,

    /// <summary>So many per calendar period.</summary>
    Quota,
}

/// <summary>One limit as it is written in a plan. See <see cref="LimitRules"/> for what makes it valid.</summary>
/// <param name="Name">Unique in its plan.</param>
/// <param name="Kind">What it bounds.</param>
/// <param name="Amount">Per period, at once, or per calendar period, by kind.</param>
/// <param name="Burst">A rate's capacity; 0 means <paramref name="Amount"/>.</param>
/// <param name="Period">A rate's period; zero for the other kinds.</param>
/// <param name="Unit">What a rate or a quota counts, see <see cref="Units"/>; null is requests.</param>
/// <param name="Span">A quota's calendar period.</param>
/// <param name="Shadow">True: it is evaluated and counted, and refuses nobody.</param>
/// <param name="Scope">Which calls it counts; null is all.</param>
public readonly record struct Limit(
    string Name, LimitKind Kind, long Amount, long Burst, TimeSpan Period, string? Unit = null,
    QuotaSpan Span = QuotaSpan.Month, bool Shadow = false, LimitScope? Scope = null);
