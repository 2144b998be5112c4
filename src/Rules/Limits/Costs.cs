using System.Collections.Immutable;

namespace Sluice.Rules.Limits;

/// <summary>
/// The units that every call is counted in. Any other valid name is a unit too, such as images or pages.
/// </summary>
public static class Units
{
    /// <summary>Every call costs one; the unit of a limit that names none.</summary>
    public const string Requests = "requests";

    public const string InputTokens = "input-tokens";

    public const string OutputTokens = "output-tokens";

    /// <summary>Input and output tokens together.</summary>
    public const string TotalTokens = "total-tokens";

    /// <summary>Pictures in a request.</summary>
    public const string Images = "images";

    /// <summary>Pages of documents in a request.</summary>
    public const string Pages = "pages";

    /// <summary>Money, in millionths of the plan's currency: what a call costs by the plan's prices.</summary>
    public const string Cost = "cost";

    /// <summary>True for the three units of tokens.</summary>
    public static bool IsTokens(string? unit) => unit is InputTokens or OutputTokens or TotalTokens;

    /// <summary>False: every call costs one of it, known before it begins, so nothing is left to settle.</summary>
    public static bool IsMetered(string? unit) => !(string.IsNullOrEmpty(unit) || unit == Requests);
}

/// <param name="Unit">A name that is none of the constants of <see cref="Units"/>.</param>
/// <param name="Amount">0 or more, at most <see cref="LimitRules.AmountMax"/>.</param>
public readonly record struct Cost(string Unit, long Amount);

/// <summary>What one call costs, in every unit that a limit may count; <c>default</c> is one request.</summary>
/// <param name="InputTokens">0 or more, at most <see cref="LimitRules.AmountMax"/>.</param>
/// <param name="OutputTokens">0 or more, at most <see cref="LimitRules.AmountMax"/>.</param>
/// <param name="Others">Costs in units of other names, each at most once; default when there are none.</param>
/// <param name="Call">What the call is, where a limit asks for it; null when none does.</param>
public readonly record struct Costs(
    long InputTokens, long OutputTokens, ImmutableArray<Cost> Others = default, CallFacts? Call = null)
{
    /// <summary>
    /// What the call costs in money by; the one it was admitted with, whatever becomes of the plan. Null: nothing.
    /// </summary>
    public Price? Price { get; init; }

    /// <summary>False: no call costs that, whoever says so.</summary>
    public bool IsPossible
    {
        get
        {
            foreach (var cost in Others.IsDefault ? [] : Others)
            {
                if (!IsAmount(cost.Amount) || !Names.IsName(cost.Unit ?? ""))
                {
                    return false;
                }
            }

            return IsAmount(InputTokens) && IsAmount(OutputTokens);
        }
    }

    /// <summary>The amount in one unit; 0 when nothing is said of it, or the scope leaves the call out.</summary>
    public long Of(string? unit, LimitScope? scope) => IsIn(scope) ? Of(unit) : 0;

    /// <summary>Whether a limit of this scope counts the call; null is the scope of all calls.</summary>
    public bool IsIn(LimitScope? scope) => scope is null || (Call is { } call && scope.Includes(call));

    /// <summary>The amount in one unit; 0 when nothing is said of it.</summary>
    public long Of(string? unit)
    {
        switch (unit)
        {
            case null or "" or Units.Requests:
                return 1;
            case Units.InputTokens:
                return InputTokens;
            case Units.OutputTokens:
                return OutputTokens;
            case Units.TotalTokens:
                return InputTokens + OutputTokens;
            case Units.Cost when Price is not null:
                return Price.Of(this);
        }

        foreach (var cost in Others.IsDefault ? [] : Others)
        {
            if (cost.Unit == unit)
            {
                return cost.Amount;
            }
        }

        return 0;
    }

    private static bool IsAmount(long amount) => amount is >= 0 and <= LimitRules.AmountMax;
}
