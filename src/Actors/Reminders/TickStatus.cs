using System.Diagnostics.CodeAnalysis;

namespace Sluice.Actors;

/// <summary>Which tick of a reminder this is. Times are UTC.</summary>
[Immutable]
[SuppressMessage("Performance", "CA1815", Justification = "Nobody compares them; Orleans has no equality here either.")]
public readonly struct TickStatus
{
    public TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        FirstTickTime = firstTickTime;
        Period = period;
        CurrentTickTime = timeStamp;
    }

    /// <summary>When the first tick was due.</summary>
    public DateTime FirstTickTime { get; }

    /// <summary>Between ticks.</summary>
    public TimeSpan Period { get; }

    /// <summary>When this tick was delivered.</summary>
    public DateTime CurrentTickTime { get; }

    public override string ToString() => $"<{FirstTickTime:O}, {Period}, {CurrentTickTime:O}>";
}
