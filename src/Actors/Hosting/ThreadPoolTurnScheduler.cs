using Sluice.Actors.Turns;

namespace Sluice.Actors.Hosting;

/// <summary>Turns run on the thread pool, in its global queue.</summary>
/// <remarks>
/// The local queue of a pool thread is last in, first out: callers that call in a closed loop would starve the others.
/// </remarks>
public sealed class ThreadPoolTurnScheduler : ITurnScheduler
{
    /// <inheritdoc/>
    public bool MayRunOnCaller => true;

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item)
    {
        if (!Errands.TryTake(item))
        {
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        }
    }
}
