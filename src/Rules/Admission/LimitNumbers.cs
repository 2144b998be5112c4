using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>Where one limit stood at one moment, in two numbers, so that it costs little to keep.</summary>
/// <param name="Amount">Of a rate its credit; of calls at once the slots in use; of a quota its use.</param>
/// <param name="Apart">Of a rate what is out; of calls at once the slots unheard of; of a quota what is stored.</param>
public readonly record struct LimitLevel(long Amount, long Apart);

/// <summary>What one limit said about one call.</summary>
public sealed record LimitNumbers
{
    public required string Name { get; init; }

    public required LimitKind Kind { get; init; }

    /// <summary>What it counts, see <see cref="Units"/>.</summary>
    public required string Unit { get; init; }

    /// <summary>True: it is on trial, and its refusal refused nobody.</summary>
    public bool IsShadow { get; init; }

    /// <summary>Most at once, or per calendar period.</summary>
    public required long Limit { get; init; }

    /// <summary>Of that, taken; more than the limit where calls used more than they reserved.</summary>
    public required long Used { get; init; }

    /// <summary>Whole units left; 0 or more.</summary>
    public required long Remaining { get; init; }

    /// <summary>What the call was expected to cost in this unit; 0 or more.</summary>
    public required long Cost { get; init; }

    /// <summary>True: it refused the call, or would have if no other limit had come before.</summary>
    public bool Refuses { get; init; }

    /// <summary>
    /// How long until it would not refuse, if nothing else happened; a hint for calls at once; null when it does not
    /// refuse, or when waiting alone does not help.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Time until it is whole again; zero when it is, and for calls at once.</summary>
    public required TimeSpan Reset { get; init; }
}
