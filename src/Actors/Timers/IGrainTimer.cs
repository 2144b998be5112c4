namespace Sluice.Actors;

/// <summary>A timer of a grain. It ends with its activation, or when disposed.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Plans the next tick and the ticks after it anew; during a tick, from that tick's end on.</summary>
    /// <param name="dueTime">Until the next tick; zero is at once, <see cref="Timeout.InfiniteTimeSpan"/> is
    /// never.</param>
    /// <param name="period">From the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> is no
    /// next.</param>
    void Change(TimeSpan dueTime, TimeSpan period);
}
