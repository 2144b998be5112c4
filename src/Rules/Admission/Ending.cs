using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>How a call ended, as far as its edge knows.</summary>
public enum EndingKind
{
    /// <summary>It never reached a pool: it cost nothing.</summary>
    NotDispatched,

    /// <summary>A pool answered and told what it used.</summary>
    Used,

    /// <summary>
    /// It reached a pool, and nobody told what it used: it costs what was seen of its answer, and at least its input.
    /// Otherwise hanging up would be cheaper than listening.
    /// </summary>
    Unknown,
}

/// <param name="Kind">How the call ended.</param>
/// <param name="Used">What it used, or what was seen of it; nothing when it was not dispatched.</param>
public readonly record struct Ending(EndingKind Kind, Costs Used = default)
{
    /// <summary>The same by a limit of a scope: nothing, when it did not count the call.</summary>
    public long ChargeIn(string? unit, LimitScope? scope, Costs reserved) =>
        reserved.IsIn(scope) ? ChargeIn(unit, reserved) : 0;

    /// <summary>What the call is charged for in one unit.</summary>
    /// <param name="reserved">What it reserved when it was admitted.</param>
    /// <param name="unit">The unit, see <see cref="Units"/>.</param>
    public long ChargeIn(string? unit, Costs reserved) => Kind switch
    {
        EndingKind.NotDispatched => 0,
        EndingKind.Used => Used.Of(unit),
        _ => Units.IsTokens(unit) || unit is Units.Cost
            ? (Used with { InputTokens = Math.Max(Used.InputTokens, reserved.InputTokens) }).Of(unit)
            : Math.Max(Used.Of(unit), reserved.Of(unit)),
    };
}
