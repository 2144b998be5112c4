using System.Diagnostics.CodeAnalysis;

namespace Sluice.Actors;

/// <summary>How a grain timer ticks.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "Nobody compares them; Orleans has no equality here either.")]
public readonly struct GrainTimerCreationOptions
{
    public GrainTimerCreationOptions()
    {
    }

    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>Until the first tick; zero is at once, <see cref="Timeout.InfiniteTimeSpan"/> is never.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>
    /// From the end of one tick to the next, longer than zero; <see cref="Timeout.InfiniteTimeSpan"/> ticks once.
    /// </summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether a tick may run between the turns of a call; otherwise it waits its turn like a call.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether a tick counts as use, so that the activation does not become idle.</summary>
    public bool KeepAlive { get; init; }
}
